import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../../../client/client";
import { microTarball } from "../../../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";
import { temporaryFolders } from "../../../support/files/temporary-folder";

/** Removes the address, as the scripts of distributions do when no server answers. */
const deconfigure = `#!/bin/sh
[ "$1" = deconfig ] && ip addr flush dev "$interface"
exit 0
`;

/** The parts of an image that was made from a machine. */
const parts: readonly { readonly path: string; readonly text: string; readonly mode?: number }[] = [
  { path: "etc/machine-id", text: "0123456789abcdef0123456789abcdef\n" },
  { path: "etc/udhcpc/default.script", text: deconfigure, mode: 0o755 },
  { path: "etc/network/interfaces", text: "auto eth0\niface eth0 inet dhcp\n" },
  // The image's own init follows.
  {
    path: "usr/sbin/boot",
    text: "#!/bin/sh\nmkdir -p /run\nifup -a\nudhcpc -i eth0 -n -q -t 1 -T 1 -A 1\ntouch /run/booted\nexec /usr/sbin/first-init\n",
    mode: 0o755,
  },
];

describe("LXC containers of an image that was made from a machine", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    const root = await newFolder();
    await execa("tar", ["--extract", `--file=${microTarball()}`, `--directory=${root}`]);
    for (const { path, text, mode = 0o644 } of parts) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
      await chmod(join(root, path), mode);
    }
    await execa("mv", [join(root, "usr/sbin/init"), join(root, "usr/sbin/first-init")]);
    await execa("mv", [join(root, "usr/sbin/boot"), join(root, "usr/sbin/init")]);
    const tarball = join(daemon.folder, "machine.tar");
    await execa("tar", ["--create", `--file=${tarball}`, `--directory=${root}`, "."]);
    await client.call("image.import", { name: "machine", path: tarball });
    await Promise.all(
      ["one", "two"].map(async (name) => {
        const { id } = await client.call("instance.create", { name, image: "machine" });
        await client.call("instance.wait", { instance: id });
      }),
    );
  });

  after(() => client.close());

  async function shell(instance: string, script: string): Promise<string> {
    const { stdout } = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
    return Buffer.from(stdout, "base64").toString().trim();
  }

  const network = "ip -4 -o addr show dev eth0 | sed 's/ *scope.*//'; ip route";

  it("have their own machine id, which stays", async () => {
    const ids = await Promise.all(["one", "two"].map((name) => shell(name, "cat /etc/machine-id")));
    assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id) && id !== parts[0]?.text.trim()));
    assert.notEqual(ids[0], ids[1]);
    await client.call("instance.restart", { instance: "one" });
    assert.equal(await shell("one", "cat /etc/machine-id"), ids[0]);
  });

  it("keep their address while DHCP clients run, at boot and later", async () => {
    const { ipAddress } = await client.call("instance.get", { instance: "two" });
    assert.equal(await shell("two", "ls /run/booted"), "/run/booted");
    const before = await shell("two", network);
    assert.ok(before.includes(` ${ipAddress}/`) && before.includes("default via"));
    assert.equal(await shell("two", `udhcpc -i eth0 -n -q -t 1 -T 1 >/dev/null 2>&1; ${network}`), before);
    assert.equal(await shell("two", `ifdown eth0; ifup eth0; ${network}`), before);
    assert.equal(await shell("two", `ip addr flush dev eth0; ifdown -f eth0; ifup eth0; ${network}`), before);
  });
});
