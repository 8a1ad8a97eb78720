import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dhcpClientFiles } from "../../../../../server/driver/lxc/network/dhcp-clients";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const address = {
  ipAddress: "198.18.0.7",
  prefixLength: 24,
  broadcast: "198.18.0.255",
  gateway: "198.18.0.1",
};

describe("the DHCP clients of an image", () => {
  const newFolder = temporaryFolders();

  /** Returns the texts of the files, by path, for an image with these files. */
  async function filesFor(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const rootfs = await newFolder();
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(rootfs, path)), { recursive: true });
      await writeFile(join(rootfs, path), text);
    }
    await symlink("usr/sbin", join(rootfs, "sbin"));
    await symlink("usr/lib", join(rootfs, "lib"));
    const made = (await dhcpClientFiles(rootfs))(address);
    return Object.fromEntries(
      made.map(({ path, content }) => [path, Buffer.from(content).toString("latin1")]),
    );
  }

  it("are none in an image without them", async () => {
    assert.deepEqual(await filesFor({ "/etc/hostname": "x\n" }), {});
  });

  const cases: readonly {
    readonly client: string;
    readonly has: string;
    readonly path: string;
    readonly text: RegExp;
  }[] = [
    {
      client: "systemd-networkd",
      has: "/usr/lib/systemd/systemd-networkd",
      path: "/etc/systemd/network/0-minicloud.network",
      text: /^DHCP=no$[^]*^Address=198\.18\.0\.7\/24$[^]*^Gateway=198\.18\.0\.1$/m,
    },
    {
      client: "ifupdown",
      has: "/etc/network/interfaces",
      path: "/etc/network/interfaces",
      text: /^(?![^]*dhcp)(?![^]*source)[^]*replace 198\.18\.0\.7\/24 broadcast 198\.18\.0\.255 dev eth0$/m,
    },
    {
      client: "udhcpc",
      has: "/usr/share/udhcpc/default.script",
      path: "/usr/share/udhcpc/default.script",
      text: /^exit 0$/m,
    },
    {
      client: "dhclient, behind a link",
      has: "/usr/sbin/dhclient-script",
      path: "/usr/sbin/dhclient-script",
      text: /^exit 0$/m,
    },
    {
      client: "dhcpcd, whose other settings stay",
      has: "/etc/dhcpcd.conf",
      path: "/etc/dhcpcd.conf",
      text: /^denyinterfaces eth0\nsource dhcp\n$/,
    },
    {
      client: "NetworkManager",
      has: "/etc/NetworkManager/NetworkManager.conf",
      path: "/etc/NetworkManager/conf.d/00-minicloud.conf",
      text: /^unmanaged-devices=interface-name:eth0$/m,
    },
    {
      client: "cloud-init",
      has: "/etc/cloud/cloud.cfg.d/05_logging.cfg",
      path: "/etc/cloud/cloud.cfg.d/99-minicloud-network.cfg",
      text: /config: disabled/,
    },
  ];
  for (const { client, has, path, text } of cases) {
    it(`are told to leave the address as it is: ${client}`, async () => {
      const files = await filesFor({ [has]: "source dhcp\n" });
      assert.deepEqual(Object.keys(files), [path]);
      assert.match(files[path] ?? "", text);
    });
  }
});
