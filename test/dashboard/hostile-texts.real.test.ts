import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Client } from "../../client/client";
import { browserPages } from "../support/browser/browsers";
import { logIn, scrollsSideways, untilShown } from "../support/browser/dashboard-page";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";

/** It would run as a script, as an element or as a link if any part of the page took it for more than text. */
const hostile = `"'><img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">`;
/** More than the daemon accepts in one message. */
const pastedBytes = 1_000_000;
/** Members of answers whose values the daemon checks, or takes from a closed list. */
const kept = new Set(["id", "uid", "jsonrpc", "expiresAt", "createdAt", "now", "time", "type", "status"]);

/** Returns a copy in which every other text is hostile. */
function poisoned(value: unknown, name = ""): unknown {
  if (typeof value === "string") {
    return kept.has(name) ? value : `${value}${hostile}`;
  }
  if (Array.isArray(value)) {
    return value.map((each) => poisoned(each, name));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, poisoned(each, key)]);
  return Object.fromEntries([...entries, ...(name === "labels" ? [[hostile, hostile]] : [])]) as unknown;
}

describe("the dashboard, with answers full of script", () => {
  const newDaemon = testDaemons();
  const openPage = browserPages();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ words: ["-r", "10.77.0.0/20"] });
    await daemon.start();
    client = await daemon.client();
    const labels = { role: "web", "minicloud/project": "shop", "minicloud/stack": "one" };
    await client.call("instance.create", { name: "web", labels, ttlSeconds: 600, waitSeconds: 30 });
    await client.call("fleet.apply", { name: "shop", count: 1, image: "micro", labels });
    await client.call("fleet.wait", { fleet: "shop" });
  });
  after(() => client.close());

  const poison = async (page: Page): Promise<void> => {
    await page.route("**/rpc", async (route) => {
      const answers = (await (await route.fetch()).json()) as { result?: unknown }[];
      const json = answers.map(({ result, ...rest }) => ({ ...rest, result: poisoned(result) }));
      await route.fulfill({ json });
    });
  };
  const assertOnlyText = async (page: Page): Promise<void> => {
    assert.equal(await page.locator("img, script:not([src]), [onerror], a[href^=javascript]").count(), 0);
    assert.ok((await page.locator("main").innerText()).includes(hostile));
    assert.equal(await scrollsSideways(page), false);
  };

  it("shows names, labels, owners, stacks, reasons and errors as text", async () => {
    const { page, wrongs } = await openPage(daemon.url, { width: 375, height: 700 });
    await poison(page);
    await logIn(page, daemon.url, await daemon.token());
    await page.getByText("2 instances.").waitFor();
    await assertOnlyText(page);
    await page.getByLabel("Stack").selectOption({ index: 1 });
    await page.getByLabel("Owner").selectOption({ index: 1 });
    await page.getByText("2 instances.").waitFor();
    await page.getByRole("button", { name: /^Destroy web/ }).click();
    await page.getByRole("dialog").waitFor();
    assert.equal(await page.locator("dialog img").count(), 0);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: /^web/ }).click();
    await page.getByRole("heading", { name: "web", level: 1 }).waitFor();
    await page.getByText("created").first().waitFor();
    await assertOnlyText(page);
    assert.match(await page.title(), /<img/);
    await page.getByRole("link", { name: "Fleets" }).click();
    await page.getByRole("link", { name: /^shop/ }).waitFor();
    await assertOnlyText(page);
    assert.deepEqual(wrongs, []);
  });

  it("shows what its address says as text", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, await daemon.token());
    const text = encodeURIComponent(hostile);
    const query = ["stack", "owner", "status", "label", "text", "fleet", "sort", "page", "__proto__"]
      .map((name) => `${name}=${text}`)
      .join("&");
    await page.evaluate(`location.hash = ${JSON.stringify(`#/instances?${query}`)}`);
    await page.getByText("0 of 2 instances.").waitFor();
    await assertOnlyText(page);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText("2 instances.", { exact: true }).waitFor();
    for (const hash of [`#/${text}`, `#/instances/99999999999999999999`, "#/fleets?%", `#${hostile}`]) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
    }
    assert.equal(await page.locator("img, script:not([src]), [onerror]").count(), 0);
    assert.deepEqual(wrongs, []);
  });

  it("shows errors as text", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    const error = { code: 1, message: hostile };
    await page.route("**/login", (route) => route.fulfill({ status: 400, json: { error } }));
    await page.goto(daemon.url);
    await page.getByLabel("Access token").fill("any");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: hostile }).waitFor();
    await page.unroute("**/login");
    await page.route("**/rpc", (route) => route.fulfill({ json: [{ id: 0, error }] }));
    await logIn(page, daemon.url, await daemon.token());
    await page.getByRole("alert").filter({ hasText: hostile }).waitFor();
    assert.equal(await page.locator("img, script:not([src]), [onerror]").count(), 0);
    assert.deepEqual(
      wrongs.filter((wrong) => !wrong.includes("status of 400")),
      [],
    );
  });

  it("lets a program in a terminal change nothing but its screen", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    const lengths: number[] = [];
    await page.routeWebSocket(/\/terminal\?/, (socket) => {
      const link = "\u001b]8;;https://evil.example/\u001b\\CLICK-ME\u001b]8;;\u001b\\";
      socket.send(
        Buffer.from(`${link}\u001b]0;a title\u0007\u001b]52;c;ZXZpbA==\u0007\r\n${hostile}\r\ndone`),
      );
      socket.onMessage((message) => {
        if (typeof message !== "string") {
          lengths.push(message.length);
        }
        if (lengths.reduce((sum, length) => sum + length, 0) >= pastedBytes) {
          socket.send(JSON.stringify({ ended: hostile }));
          void socket.close();
        }
      });
    });
    await logIn(page, daemon.url, await daemon.token());
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByRole("button", { name: "Open a terminal" }).click();
    await untilShown(page, /CLICK-ME.*done/s);
    const box = await page.locator(".xterm-rows").boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + 20, box.y + 6);
    await page.mouse.move(box.x + 24, box.y + 8);
    await page.locator(".xterm-cursor-pointer").waitFor();
    await page.mouse.click(box.x + 24, box.y + 8);
    assert.equal(await page.title(), "web - MiniCloud");
    assert.deepEqual(wrongs, []);

    await page.evaluate(`
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "x".repeat(${pastedBytes}));
      document.querySelector(".xterm textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    `);
    await page.locator(".note").filter({ hasText: hostile }).waitFor();
    assert.ok(Math.max(...lengths) <= 64 * 1024, "what is pasted is sent in pieces");
    assert.equal(page.context().pages().length, 1);
    assert.equal(await page.locator("img, script:not([src]), [onerror]").count(), 0);
    assert.deepEqual(wrongs, []);
  });
});
