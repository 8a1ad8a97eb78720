import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Client } from "../../client/client";
import { browserPages } from "../support/browser/browsers";
import { focused, logIn, rowOf, untilShown } from "../support/browser/dashboard-page";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

describe("the focus of the dashboard", () => {
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
    await client.call("fleet.apply", { name: "many", count: 101, image: "micro" });
    while (!(await client.call("fleet.wait", { fleet: "many", timeoutSeconds: 30 })).done) {
      // A slow machine takes longer.
    }
  });
  after(() => client.close());

  const untilFocused = (page: Page, name: string): Promise<void> =>
    eventually(async () => (await focused(page)).trim() === name, `the focus is on ${name}`);
  const openTerminal = async (page: Page): Promise<void> => {
    await page.getByRole("link", { name: "many-1", exact: true }).click();
    await page.getByRole("button", { name: "Open a terminal" }).focus();
    await page.keyboard.press("Enter");
    await untilShown(page, /root@many-1:~#/);
    await untilFocused(page, "Terminal input");
  };

  it("stays on a button that cannot be used any more", async () => {
    const { page } = await openPage(daemon.url);
    await page.goto(daemon.url);
    await page.getByLabel("Access token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Logging in…" }).waitFor();
    assert.equal(await focused(page), "Logging in…");
    await page.getByRole("alert").filter({ hasText: "requires its token" }).waitFor();

    await logIn(page, daemon.url, token);
    await page.getByText("101 instances.").waitFor();
    await page.getByRole("button", { name: "Next" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Page 2 of 2").waitFor();
    assert.equal(await focused(page), "Next");
    await page.keyboard.press("Enter");
    await page.getByLabel("Search").fill("many-7");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("101 instances.").waitFor();
    assert.equal(await focused(page), "Clear filters");
  });

  it("stays in a dialog whose work fails, and then returns to the button that opened it", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    let refuse = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    await page.route("**/rpc", async (route) => {
      if (route.request().postData()?.includes("instance.destroy") !== true) {
        await route.continue();
        return;
      }
      await asked;
      const error = { code: 1, message: "not today", data: { code: "unavailable" } };
      await route.fulfill({ json: [{ jsonrpc: "2.0", id: 0, error }] });
    });
    await page.getByRole("button", { name: "Destroy many-2", exact: true }).focus();
    await page.keyboard.press("Enter");
    await untilFocused(page, "Cancel");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Destroying…" }).waitFor();
    assert.equal(await focused(page), "Destroying…");
    refuse();
    await page.getByRole("alert").filter({ hasText: "not today" }).waitFor();
    assert.equal(await focused(page), "Destroy");
    await page.keyboard.press("Escape");
    await untilFocused(page, "Destroy many-2");
    await page.unroute("**/rpc");
    await page.keyboard.press("Enter");
    await untilFocused(page, "Cancel");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await rowOf(page, "many-2").waitFor({ state: "detached" });
    await untilFocused(page, "Instances");
    assert.deepEqual(wrongs, []);
  });

  it("goes to the heading when the back button leaves a view with a dialog", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByRole("link", { name: "Fleets" }).click();
    await page.getByRole("button", { name: "Extend the fleet many" }).click();
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await untilFocused(page, "Instances");
    assert.deepEqual(wrongs, []);
  });

  it("goes into a terminal, stays there for the tab key, and comes out again by F6", async () => {
    const { page, wrongs } = await openPage(daemon.url, { width: 375, height: 700 });
    await logIn(page, daemon.url, token);
    await openTerminal(page);
    for (const key of ["Tab", "Shift+Tab"]) {
      await page.keyboard.press(key);
      assert.equal(await focused(page), "Terminal input", key);
    }
    await page.keyboard.press("F6");
    assert.equal(await focused(page), "Close the terminal");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "Terminal input");
    await page.keyboard.type("\rexit\r");
    await page.getByText("The shell ended with the exit code 0.").waitFor();
    await page.keyboard.press("F6");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Open it again");
    await page.keyboard.press("Enter");
    await untilFocused(page, "Terminal input");
    await page.keyboard.press("F6");
    await page.keyboard.press("Enter");
    await untilFocused(page, "Open a terminal");
    assert.deepEqual(wrongs, []);
  });

  it("goes to the heading when another one destroys what has it", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, token);
    await page.getByRole("button", { name: "Extend many-3", exact: true }).focus();
    await client.call("instance.destroy", { instance: "many-3" });
    await rowOf(page, "many-3").waitFor({ state: "detached" });
    await untilFocused(page, "Instances");
    await openTerminal(page);
    await client.call("instance.destroy", { instance: "many-1" });
    await page.getByText(/There is no instance \d+/).waitFor();
    await untilFocused(page, "many-1");
    assert.deepEqual(wrongs, []);
  });
});
