import assert from "node:assert/strict";
import { join } from "node:path";
import type { Client } from "../../client/client";
import { assertAccessible } from "../support/browser/accessibility";
import { browserPages } from "../support/browser/browsers";
import {
  focused,
  logIn,
  rowOf,
  screenText,
  scrollsSideways,
  untilShown,
} from "../support/browser/dashboard-page";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

/** A folder for the pictures of the documentation; only `npm run screenshots` sets it. */
const pictures = process.env["MINICLOUD_SCREENSHOTS"];

describe("the dashboard in a browser", () => {
  const newDaemon = testDaemons();
  const openPage = browserPages();
  let daemon: TestDaemon;
  let client: Client;
  let token: string;

  before(async () => {
    daemon = await newDaemon({ words: ["-r", "10.77.0.0/20"] });
    await daemon.start();
    client = await daemon.client();
    token = await daemon.token();
  });
  afterEach(async () => {
    for (const { name } of await client.call("fleet.list", {})) {
      await client.call("fleet.destroy", { fleet: name });
    }
    for (const { id } of await client.call("instance.list", {})) {
      await client.call("instance.destroy", { instance: id });
    }
  });
  after(() => client.close());

  it("shows how an instance comes up, extends it, opens its terminal and destroys it", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByText("There are no instances.").waitFor();
    await client.call("instance.create", { name: "web", ttlSeconds: 600, labels: { role: "web" } });
    await rowOf(page, "web").getByText("running").waitFor();
    const text = await rowOf(page, "web").innerText();
    assert.match(text, /10\.77\.\d+\.\d+/);
    assert.match(text, /admin/);
    assert.match(text, /\b(10m|9m \d+s)\b/);
    assert.match(text, /256 MiB/);
    await rowOf(page, "web")
      .getByText(/ of 256 MiB$/)
      .waitFor();
    await rowOf(page, "web")
      .getByText(/^\d+ %/)
      .waitFor();

    await page.getByRole("button", { name: "Extend web" }).click();
    await page.getByLabel("Time to live from now on").fill("2 hours");
    await page.getByRole("dialog").getByRole("button", { name: "Extend" }).click();
    await page.getByRole("alert").filter({ hasText: '"2 hours" is not a time' }).waitFor();
    await page.getByLabel("Time to live from now on").fill("2h");
    await page.getByRole("dialog").getByRole("button", { name: "Extend" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await rowOf(page, "web")
      .getByText(/\b(2h|1h 59m)\b/)
      .waitFor();
    const [extended] = await client.call("instance.list", {});
    assert.equal(extended?.ttlSeconds, 7200);

    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByRole("heading", { name: "web", level: 1 }).waitFor();
    await page.getByText("extended").waitFor();
    await page.getByRole("button", { name: "Open a terminal" }).click();
    await untilShown(page, /root@web:~#/);
    await page.keyboard.type("hostname\r");
    await untilShown(page, /# hostname\s*web/);

    await page.getByRole("button", { name: "Destroy" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Destroy" }).click();
    await page.getByText(/There is no instance \d+/).waitFor();
    assert.deepEqual(await client.call("instance.list", {}), []);
    await page.getByRole("link", { name: "All instances" }).click();
    await page.getByText("There are no instances.").waitFor();
    assert.deepEqual(wrongs, []);
  });

  it("needs only a keyboard, and 375 pixels", async () => {
    await client.call("instance.create", { name: "web", ttlSeconds: 600, waitSeconds: 30 });
    const { page, wrongs } = await openPage(daemon.url, { width: 375, height: 700 });
    const keys = page.keyboard;
    /** Presses the tab key until the element with this name has the focus. */
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await focused(page)).trim() === name) {
          return;
        }
        await keys.press("Tab");
      }
      assert.fail(`the tab key does not reach ${name}`);
    };
    await page.goto(`${daemon.url}/`);
    await page.getByLabel("Access token").waitFor();
    assert.equal(await scrollsSideways(page), false, "the login");
    const focusedId = (): Promise<string> => page.evaluate<string>("document.activeElement.id");
    assert.equal(await focusedId(), "token");
    await keys.type(token);
    await keys.press("Enter");
    await rowOf(page, "web").waitFor();
    await eventually(async () => (await focused(page)) === "Instances", "the heading has the focus");
    assert.equal(await scrollsSideways(page), false, "the list");

    for (let presses = 0; (await focusedId()) !== "filter-text"; presses += 1) {
      assert.ok(presses < 20, "the tab key reaches the search");
      await keys.press("Tab");
    }
    await keys.type("nothing");
    await page.getByText("0 of 1 instances.").waitFor();
    await tabTo("Clear filters");
    await keys.press("Enter");
    await page.getByText("1 instance.").waitFor();

    await tabTo("Extend web");
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    assert.equal(outline, "solid", "the focus is visible");
    await keys.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.equal(await scrollsSideways(page), false, "a dialog");
    for (let presses = 0; presses < 7; presses += 1) {
      await keys.press("Tab");
      const isInside = await page.evaluate<boolean>("document.activeElement.closest('dialog') !== null");
      assert.ok(isInside, "the dialog keeps the focus");
    }
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await eventually(async () => (await focused(page)) === "Extend web", "the focus is back");

    await keys.press("Shift+Tab");
    assert.equal(await focused(page), "web");
    await keys.press("Enter");
    await page.getByRole("heading", { name: "web", level: 1 }).waitFor();
    await eventually(async () => (await focused(page)) === "web", "the heading has the focus");
    await tabTo("Open a terminal");
    await keys.press("Enter");
    await untilShown(page, /root@web:~#/);
    assert.equal(await scrollsSideways(page), false, "the page of an instance");
    await keys.type("echo a\tb\r");
    await untilShown(page, /echo/);
    await keys.press("F6");
    assert.equal(await focused(page), "Close the terminal");
    await keys.press("Enter");
    await page.getByRole("button", { name: "Open a terminal" }).waitFor();

    await page.evaluate("document.querySelector('h1').focus()");
    await tabTo("Destroy");
    await keys.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo("Destroy");
    await keys.press("Enter");
    await page.getByText(/There is no instance \d+/).waitFor();
    await eventually(async () => (await focused(page)) === "web", "the heading has the focus");
    await tabTo("Log out");
    await keys.press("Enter");
    await page.getByText("You logged out.").waitFor();
    assert.equal(await focusedId(), "token");
    assert.deepEqual(wrongs, []);
  });

  it("filters by stack, owner, label, status and text, which the address keeps", async () => {
    const ann = await client.call("accessToken.add", { name: "ann", role: "user" });
    const stacks = { a: "one", b: "two" };
    for (const [name, stack] of Object.entries(stacks)) {
      const labels = { role: name, "minicloud/project": "shop", "minicloud/stack": stack };
      await client.call("instance.create", { name, labels, waitSeconds: 30 });
    }
    const other = await daemonClient(daemon, ann.token);
    await other.call("instance.create", { name: "c", waitSeconds: 30 });
    other.close();
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByText("3 instances.").waitFor();
    const names = async (): Promise<string[]> => await page.locator("tbody th a").allInnerTexts();
    await page.getByLabel("Stack").selectOption("shop/one");
    await page.getByText("1 of 3 instances.").waitFor();
    assert.deepEqual(await names(), ["a"]);
    await page.reload();
    await page.getByText("1 of 3 instances.").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText("3 instances.").waitFor();
    await page.getByLabel("Owner").selectOption("ann");
    await page.getByText("1 of 3 instances.").waitFor();
    assert.deepEqual(await names(), ["c"]);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByLabel("Labels").fill("role=b minicloud/stack");
    await page.getByText("1 of 3 instances.").waitFor();
    assert.deepEqual(await names(), ["b"]);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await client.call("instance.stop", { instance: "a" });
    await rowOf(page, "a").getByText("stopped").waitFor();
    await page.getByLabel("Status").selectOption("stopped");
    await page.getByText("1 of 3 instances.").waitFor();
    await page.getByLabel("Search").fill("nothing has this");
    await page.getByText("0 of 3 instances.").waitFor();
    await client.call("accessToken.revoke", { name: "ann" });
    assert.deepEqual(wrongs, []);
  });

  for (const dark of [false, true]) {
    it(`has no fault of accessibility that axe knows, ${dark ? "dark" : "light"}`, async () => {
      await client.call("fleet.apply", { name: "shop", count: 3, image: "micro", ttlSeconds: 3600 });
      await client.call("fleet.wait", { fleet: "shop" });
      await client.call("instance.create", {
        name: "db",
        ttlSeconds: 7200,
        labels: { role: "db" },
        waitSeconds: 30,
      });
      const { page, wrongs } = await openPage(daemon.url, { dark });
      const shoot = async (name: string): Promise<void> => {
        if (pictures !== undefined) {
          // The processors are known after the second measurement.
          await page
            .getByText(/^\d+ % of /)
            .first()
            .waitFor();
          await page.screenshot({ path: join(pictures, `${name}.png`) });
        }
      };
      await page.goto(`${daemon.url}/`);
      await page.getByLabel("Access token").waitFor();
      await assertAccessible(page, "the login");
      await logIn(page, daemon.url, token);
      await rowOf(page, "db").waitFor();
      await assertAccessible(page, "the list");
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      assert.equal(background, dark ? "rgb(11, 16, 32)" : "rgb(255, 255, 255)");
      if (!dark) {
        await shoot("dashboard-instances");
      }
      await page.getByRole("button", { name: "Destroy db" }).click();
      await page.getByRole("dialog").waitFor();
      await assertAccessible(page, "a dialog");
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Fleets" }).click();
      await rowOf(page, "shop").waitFor();
      await assertAccessible(page, "the fleets");
      await page.getByRole("link", { name: "shop" }).click();
      await page.getByText("3 of 4 instances.").waitFor();
      await page.getByRole("link", { name: "shop-1" }).click();
      await page.getByRole("button", { name: "Open a terminal" }).click();
      await untilShown(page, /root@shop-1:~#/);
      await page.keyboard.type("hostname\r");
      await untilShown(page, /hostname\s*shop-1/);
      await assertAccessible(page, "a terminal");
      if (dark) {
        await shoot("dashboard-terminal");
      }
      await page.setViewportSize({ width: 375, height: 700 });
      await page.getByRole("link", { name: "All instances" }).click();
      await rowOf(page, "db").waitFor();
      await assertAccessible(page, "the list on a telephone");
      assert.equal(await scrollsSideways(page), false);
      if (dark) {
        await shoot("dashboard-telephone");
      }
      assert.deepEqual(wrongs, []);
    });
  }

  it("shows 1,000 instances in pages, and draws only the row that changes", async () => {
    await client.call("fleet.apply", { name: "many", count: 1000, image: "micro", ttlSeconds: 3600 });
    while (!(await client.call("fleet.wait", { fleet: "many", timeoutSeconds: 30 })).done) {
      // A slow machine takes longer.
    }
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByText("1000 instances.").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 100);
    await page.evaluate(`
      window.drawn = new Set();
      new MutationObserver((changes) => changes.forEach(({ type, target, addedNodes }) => {
        const element = target.nodeType === 1 ? target : target.parentElement;
        const cell = element?.closest("td, th");
        // The time that is left changes each second, and the use at each measurement.
        if (!["TTL left", "Memory", "CPU"].includes(cell?.dataset.label)) {
          window.drawn.add(element?.closest("tr")?.innerText.split(" ")[0] ?? type);
        }
      })).observe(document.querySelector("tbody"), { childList: true, subtree: true, characterData: true, attributes: true });
    `);
    await client.call("instance.stop", { instance: "many-7" });
    await rowOf(page, "many-7").getByText("stopped").waitFor();
    assert.deepEqual(await page.evaluate<string[]>("[...window.drawn]"), ["many-7"]);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2 of 10").waitFor();
    await rowOf(page, "many-101").waitFor();
    await page.getByLabel("Search").fill("many-999");
    await page.getByText("1 of 1000 instances.").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("button", { name: "Name" }).click();
    await page.getByRole("button", { name: "Name" }).click();
    await rowOf(page, "many-1000").waitFor();
    assert.deepEqual(wrongs, []);
  });

  it("keeps the events of an instance while hundreds of others happen", async () => {
    const { id } = await client.call("instance.create", { name: "web", waitSeconds: 30 });
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByText("created", { exact: true }).waitFor();
    await page.route("**/events*", (route) => {
      const time = new Date().toISOString();
      const events = Array.from({ length: 600 }, (_, index) => ({
        id: `later-${index}`,
        time,
        kind: "stopped",
        instance: { id: index === 0 ? id : id + index, name: "any" },
        reason: index === 0 ? "its own" : "of another one",
      }));
      const lines = events.map((event) => `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
      return route.fulfill({ contentType: "text/event-stream", body: lines.join("") });
    });
    // The stream in progress is not of the route.
    await page.reload();
    await page.getByText("its own", { exact: true }).waitFor();
    assert.match(await page.locator(".events li").first().innerText(), /stopped its own/);
    assert.equal(await page.getByText("of another one").count(), 0);
    assert.deepEqual(wrongs, []);
  });

  it("ends a terminal with its instance, and says so", async () => {
    const { id } = await client.call("instance.create", { name: "web", waitSeconds: 30 });
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByRole("button", { name: "Open a terminal" }).click();
    await untilShown(page, /root@web:~#/);
    await client.call("instance.stop", { instance: id });
    await page.getByText(/is not running any more/).waitFor();
    await page.getByRole("button", { name: "Open it again" }).waitFor();
    await client.call("instance.start", { instance: id });
    await page.getByText("running", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Open it again" }).click();
    await untilShown(page, /root@web:~#/);
    await page.keyboard.type("exit\r");
    await page.getByText("The shell ended with the exit code 0.").waitFor();
    assert.match(await screenText(page), /exit/);
    assert.deepEqual(wrongs, []);
  });

  it("offers a reader and a user only what they may do", async () => {
    await client.call("instance.create", { name: "web", ttlSeconds: 600, waitSeconds: 30 });
    const reader = await client.call("accessToken.add", { name: "eye", role: "reader" });
    const user = await client.call("accessToken.add", { name: "ann", role: "user" });
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, reader.token);
    await rowOf(page, "web").waitFor();
    assert.equal(await page.getByRole("button", { name: /^(Extend|Destroy)/ }).count(), 0);
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByText("Only the owner of the instance and admins can open a terminal.").waitFor();
    assert.equal(await page.getByRole("button", { name: /Open a terminal|Extend|Destroy/ }).count(), 0);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("You logged out.").waitFor();
    await logInAgain(page, user.token);
    await page.getByText(/There is no instance|There are no instances/).waitFor();
    await client.call("accessToken.revoke", { name: "ann" });
    await page.getByText(/The session of the dashboard has ended: /).waitFor();
    await client.call("accessToken.revoke", { name: "eye" });
    // The browser itself reports answers with the status 401.
    assert.deepEqual(
      wrongs.filter((wrong) => !wrong.includes("401")),
      [],
    );
  });

  it("asks again after a wrong token, and after the daemon was started again", async () => {
    const { page } = await openPage(daemon.url);
    await page.goto(`${daemon.url}/`);
    await logInAgain(page, "not-the-token");
    await page.getByRole("alert").filter({ hasText: "This daemon requires its token" }).waitFor();
    await logInAgain(page, token);
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    await daemon.restart();
    await page.getByText(/The session of the dashboard has ended: /).waitFor();
    await logInAgain(page, token);
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
  });
});

async function logInAgain(page: Awaited<ReturnType<ReturnType<typeof browserPages>>>["page"], token: string) {
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function daemonClient(daemon: TestDaemon, token: string): Promise<Client> {
  const { connect } = await import("../../client/client.js");
  return connect({ server: daemon.url, token });
}
