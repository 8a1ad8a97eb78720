import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, connect } from "../../client/client";
import { browserPages } from "../support/browser/browsers";
import { logIn, rowOf, screenText, untilShown } from "../support/browser/dashboard-page";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

/** It would run as a script, as an element or as a link if any part of the page took it for more than text. */
const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;

describe("the dashboard over HTTPS, with containers", () => {
  const newDaemon = testDaemons();
  const openPage = browserPages();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc", words: ["--tls-self-signed"] });
    await daemon.start();
    const authority = join(daemon.stateFolder, "tls", "authority.pem");
    client = connect({
      environment: { MCC_SERVER: daemon.url, MCC_TOKEN: await daemon.token(), MCC_CA: authority },
    });
    await importMicro(daemon, client);
  });
  after(() => client.close());

  it("shows the log of an instance as text, and gives it a terminal with a size", async () => {
    const { page, wrongs } = await openPage(daemon.url);
    await logIn(page, daemon.url, await daemon.token());
    const [cookie] = await page.context().cookies();
    assert.deepEqual(
      [cookie?.secure, cookie?.httpOnly, cookie?.sameSite, cookie?.name],
      [true, true, "Strict", `__Host-minicloud-${daemon.port}`],
    );
    const userData = `echo '${hostile}'; printf '\\033[31mred\\033[0m\\n'`;
    await client.call("instance.create", { name: "web", type: "light", userData, labels: { note: hostile } });
    await rowOf(page, "web").getByText("running").waitFor();
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByText("The script ended with the exit code 0.").waitFor();
    const log = page.getByRole("region", { name: "Output of userData" });
    assert.equal(await log.innerText(), `${hostile}\nred\n`);
    await page.getByText(`note=${hostile}`).waitFor();

    await page.getByRole("button", { name: "Open a terminal" }).click();
    await untilShown(page, /#\s*$/);
    const type = async (line: string): Promise<void> => await page.keyboard.type(`${line}\r`);
    await type(`echo '${hostile}'; tty; echo "$HOME $((6*7))"`);
    await untilShown(page, /\/dev\/pts\/\d+\s*\/root 42/);
    // The shell reads keys one by one. Only the terminal of a command that runs makes lines of what is typed.
    await type("echo ru''nning; cat");
    await untilShown(page, /running/);
    await type("echoed");
    await untilShown(page, /running\s*echoed\s*echoed/);
    await page.keyboard.press("Control+c");
    await type("stty size | sed 's/^/size /'");
    await untilShown(page, /size \d+ \d+/);
    const sizeOf = async (): Promise<string | undefined> =>
      /(?<=size )\d+ \d+(?!.*size \d)/s.exec(await screenText(page))?.[0];
    const wide = await sizeOf();
    await page.setViewportSize({ width: 600, height: 700 });
    await eventually(async () => {
      await type("clear; stty size | sed 's/^/size /'");
      await untilShown(page, /size \d+ \d+/);
      return (await sizeOf()) !== wide;
    }, "the terminal has the new size");

    await client.call("instance.destroy", { instance: "web" });
    await page.getByText(/There is no instance \d+/).waitFor();
    assert.deepEqual(wrongs, []);
  });

  it("ends a terminal with its instance, its session and its token", async () => {
    const { id } = await client.call("instance.create", { name: "web", type: "light", waitSeconds: 60 });
    const { token } = await client.call("accessToken.add", { name: "boss", role: "admin" });
    const { page } = await openPage(daemon.url);
    const open = async (): Promise<void> => {
      await page.getByRole("link", { name: "web", exact: true }).click();
      await page.getByRole("button", { name: "Open a terminal" }).click();
      await untilShown(page, /#\s*$/);
    };
    const shells = async (): Promise<number> => {
      const { stdout } = await client.call("instance.exec", { instance: id, command: ["ps"] });
      return Buffer.from(stdout, "base64")
        .toString()
        .split("\n")
        .filter((line) => /script -q/.test(line)).length;
    };
    await logIn(page, daemon.url, token);
    await open();
    assert.ok((await shells()) > 0);
    await page.getByRole("button", { name: "Log out" }).click();
    await eventually(async () => (await shells()) === 0, "no shell runs after the logout");
    await logIn(page, daemon.url, token);
    await open();
    await client.call("accessToken.revoke", { name: "boss" });
    await eventually(async () => (await shells()) === 0, "no shell runs after the revocation");
    await page.getByText(/The session of the dashboard has ended: /).waitFor();
    await logIn(page, daemon.url, await daemon.token());
    await open();
    await client.call("instance.stop", { instance: id });
    await page.getByRole("button", { name: "Open it again" }).waitFor();
    const lines = (await readFile(join(daemon.stateFolder, "audit.log"), "utf8"))
      .split("\n")
      .filter((line) => line.includes('"instance.execStart"') && line.includes(`"instance":${id},`));
    assert.equal(lines.length, 3, `each terminal is in the audit log: ${lines.join("\n")}`);
    await client.call("instance.destroy", { instance: id });
  });
});
