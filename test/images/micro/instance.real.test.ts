import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../../client/client";
import { importMicro } from "../../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { eventually } from "../../support/time/eventually";

describe("an instance of the image micro", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let client: Client;
  let folder: string;
  let ipAddress: string;

  before(async () => {
    folder = await newFolder();
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
    const publicKey = (await readFile(join(folder, "key.pub"), "utf8")).trim();
    await client.call("key.add", { name: "me", publicKey });
    const { id } = await client.call("instance.create", { name: "micro", keys: ["me"] });
    ({ ipAddress } = (await client.call("instance.wait", { instance: id })).instance);
  });

  after(() => client.close());

  async function shell(script: string): Promise<string> {
    const result = await client.call("instance.exec", { instance: "micro", command: ["sh", "-c", script] });
    const output = [result.stdout, result.stderr].map((text) => Buffer.from(text, "base64").toString());
    return `${result.exitCode} ${output.join("")}`.trim();
  }

  for (const protocol of ["-O", "-s"]) {
    it(`gets and gives files by scp ${protocol}`, async () => {
      await writeFile(join(folder, "file"), "content");
      const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
      const words = [
        ...[protocol, "-F", "none", "-i", join(folder, "key")],
        ...options.flatMap((option) => ["-o", option]),
      ];
      await execa("scp", [...words, join(folder, "file"), `root@${ipAddress}:/tmp/there`]);
      await execa("scp", [...words, `root@${ipAddress}:/tmp/there`, join(folder, "back")]);
      assert.equal(await readFile(join(folder, "back"), "utf8"), "content");
    });
  }

  describe("with wget", () => {
    before(async () => {
      const serve = "mkdir /tmp/www && echo page >/tmp/www/page && httpd -p 127.0.0.1:8080 -h /tmp/www";
      const silent = "(sleep 600 | nc -l -p 8081 >/dev/null) >/dev/null 2>&1 &";
      assert.equal(await shell(`${serve}; ${silent}`), "0");
      await eventually(
        async () => (await shell("netstat -ltn")).includes(":8081"),
        "the silent server listens",
      );
    });

    for (const words of ["-T 20 -q -O -", "-T20 -qO-", "-qT 20 -O -", "--timeout=20 -qO-", "-qO-"]) {
      it(`fetches a page with ${words}`, async () => {
        assert.equal(await shell(`wget ${words} http://127.0.0.1:8080/page`), "0 page");
        assert.equal(await shell(`wget http://127.0.0.1:8080/page ${words}`), "0 page");
        assert.equal(await shell(`timeout 60 wget ${words} http://127.0.0.1:8080/page`), "0 page");
        assert.equal(await shell(`bash -c 'wget ${words} http://127.0.0.1:8080/page'`), "0 page");
      });
    }

    it("passes other options on, with their values", async () => {
      const words = "-T 20 -q -P /tmp --header 'X-A: b -T c' -U 'agent -T' --";
      assert.equal(await shell(`wget ${words} http://127.0.0.1:8080/page && cat /tmp/page`), "0 page");
    });

    it("keeps the exit code of a failure", async () => {
      assert.match(await shell("wget -T 20 -qO- http://127.0.0.1:8080/none"), /^1 .*404/);
    });

    it("ends when the server sends nothing for that time", async () => {
      assert.equal(await shell("wget -T 1 -qO- http://127.0.0.1:8081/"), "1 wget: download timed out");
    });

    for (const [words, message] of [
      ["-T x", "invalid number 'x'"],
      ["-qT", "option requires an argument -- 'T'"],
    ] as const) {
      it(`refuses ${words}`, async () => {
        assert.equal(await shell(`wget ${words}`), `1 wget: ${message}`);
      });
    }
  });

  describe("without its host key", () => {
    it("waits longer and longer for an SSH server that fails at once, and runs it when it can", async () => {
      const key = "/etc/dropbear/dropbear_ed25519_host_key";
      await shell(`mv ${key} /root/key && killall dropbear`);
      const waits = async (delay: string): Promise<boolean> =>
        (await shell("ps -o args")).split("\n").some((line) => line.trim() === `/usr/bin/usleep ${delay}`);
      await eventually(() => waits("5000000"), "it waits for five seconds");
      await shell(`mv /root/key ${key}`);
      await eventually(async () => (await shell("pidof dropbear")).startsWith("0"), "it runs");
      const stopped = await client.call("instance.stop", { instance: "micro" });
      assert.equal(stopped.status, "stopped");
    });
  });
});
