import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../client/client";
import { debianTarball } from "../images/debian/tarball";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { environmentFor, runProgram } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";

for (const [origin, words] of [
  ["created for their owner", []],
  ["started ahead", ["--warm", "debian-12=2"]],
] as const) {
  describe(`instances of a whole distribution that were ${origin}`, function () {
    this.timeout(120_000);
    const newDaemon = testDaemons();
    const newFolder = temporaryFolders();
    let daemon: TestDaemon;
    let client: Client;
    let key: string;

    before(async () => {
      key = join(await newFolder(), "key");
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      daemon = await newDaemon({ driver: "lxc", words });
      await daemon.start();
      client = await daemon.client();
      await client.call("image.import", { name: "debian-12", path: debianTarball() });
      const add = ["mcc", "add-key", "-n", "me", "-p", `${key}.pub`];
      assert.equal((await runProgram(add, { environment: environmentFor(daemon) })).stderr, "");
      await filled();
      await Promise.all(["one", "two"].map(create));
    });

    after(() => client.close());

    async function filled(): Promise<void> {
      await eventually(async () => {
        const pools = await client.call("pool.list", {});
        return pools.every(({ size, ready }) => ready === size);
      }, "the pool is full");
    }

    async function create(name: string): Promise<void> {
      const { id } = await client.call("instance.create", { name, image: "debian-12", keys: ["me"] });
      const { instance } = await client.call("instance.wait", { instance: id });
      assert.equal(instance.status, "running");
    }

    /** Returns the output of a shell in the instance, or its exit code unless it is 0. */
    async function shell(instance: string, script: string): Promise<string> {
      const result = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
      const [stdout, stderr] = [result.stdout, result.stderr].map((text) =>
        Buffer.from(text, "base64").toString(),
      );
      return result.exitCode === 0 ? String(stdout).trim() : `${result.exitCode} ${stdout}${stderr}`.trim();
    }

    const isUp = "systemctl is-system-running --wait; systemctl --failed --plain --no-legend";

    it("run systemd, and no unit fails", async () => {
      assert.equal(await shell("one", isUp), "running");
    });

    it("have their names and addresses, and resolve each other", async () => {
      assert.equal(
        await shell("one", "hostname; cat /etc/hostname; cat /proc/sys/kernel/hostname"),
        "one\none\none",
      );
      const [two] = (await client.call("instance.list", {})).filter(({ name }) => name === "two");
      assert.match(await shell("one", "getent ahosts two"), new RegExp(`^${two?.ipAddress} +STREAM two`));
      assert.match(await shell("one", "ping -c 1 -W 5 two"), /1 received/);
      assert.equal(
        await shell("one", "systemctl is-active systemd-networkd systemd-resolved | sort -u"),
        "inactive",
      );
    });

    it("have their own machine id and host key", async () => {
      const ids = await Promise.all(["one", "two"].map((name) => shell(name, "cat /etc/machine-id")));
      assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)));
      assert.notEqual(ids[0], ids[1]);
      assert.equal(
        await shell("one", "ls /etc/ssh/ssh_host_*"),
        "/etc/ssh/ssh_host_ed25519_key\n/etc/ssh/ssh_host_ed25519_key.pub",
      );
    });

    it("accept the key by SSH, with the expected host key", async () => {
      const words = ["mcc", "ssh", "-i", key, "one", "--", "id -un; systemctl --version | head -n 1"];
      const environment = { ...environmentFor(daemon), SSH_AUTH_SOCK: undefined };
      const { exitCode, stdout, stderr } = await runProgram(words, { environment });
      assert.deepEqual([exitCode, stderr], [0, ""]);
      assert.match(stdout, /^root\nsystemd 252/);
    });

    // It waits for half a minute, and does not depend on the origin.
    if (words.length === 0) {
      it("keep their address with systemd-networkd, when it is told to use DHCP, and at a boot", async () => {
        await filled();
        await create("networkd");
        const network = "ip -4 -o addr show dev eth0 | sed 's/ *scope.*//'; ip -4 route show default";
        const before = await shell("networkd", network);
        assert.match(before, /198\.18\.[^]*default via/);
        const dhcp = "[Match]\\nName=e*\\n[Network]\\nDHCP=yes\\n";
        assert.equal(await shell("networkd", `printf '${dhcp}' >/etc/systemd/network/00-eth0.network`), "");
        const online = "/lib/systemd/systemd-networkd-wait-online --timeout=60";
        await shell("networkd", `systemctl enable --now systemd-networkd 2>/dev/null; ${online}`);
        const addresses = "ip -4 -o addr show dev eth0 | sed 's/ *scope.*//'";
        const reconfigured = `ip addr add 198.18.0.250/32 dev eth0; networkctl reconfigure eth0 && ${online} && ${addresses}`;
        const after = await shell("networkd", reconfigured);
        assert.ok(after.includes(before.split("\n")[0] ?? ""), after);
        assert.ok(after.includes("198.18.0.250"), after);
        await client.call("instance.restart", { instance: "networkd" });
        assert.equal(await shell("networkd", isUp), "running");
        assert.equal(await shell("networkd", "systemctl is-active systemd-networkd"), "active");
        assert.equal(await shell("networkd", `${online}; ${addresses}`), before.split("\n")[0]);
        assert.match(await shell("networkd", "ip -4 route show default"), /default via 198\.18\./);
        await client.call("instance.destroy", { instance: "networkd" });
      });
    }

    it("let programs use network namespaces, tunnels and FUSE", async () => {
      const inNamespace = "ip netns add blue && ip netns exec blue ip -o link show; ip netns delete blue";
      assert.match(await shell("one", inNamespace), /^1: lo: .*$/);
      assert.match(await shell("one", "ip tuntap add tun7 mode tun && ip link show tun7"), /tun7: /);
      assert.equal(await shell("one", ": <>/dev/fuse && echo opened"), "opened");
    });

    it("run again after a stop and a start, and after a reboot from inside", async () => {
      await client.call("instance.stop", { instance: "two" });
      await client.call("instance.start", { instance: "two" });
      assert.equal(await shell("two", isUp), "running");
      const bootId = "cat /proc/1/stat | cut -d ' ' -f 22";
      const before = await shell("two", bootId);
      await client.call("instance.exec", { instance: "two", command: ["systemctl", "reboot"] });
      await eventually(async () => {
        const now = await shell("two", bootId).catch(() => before);
        return /^\d+$/.test(now) && now !== before;
      }, "it has rebooted");
      // A command that comes in the middle of a reboot fails.
      await eventually(
        async () => (await shell("two", isUp).catch(() => "")) === "running",
        "all services run",
      );
    });
  });
}
