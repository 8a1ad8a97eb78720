import assert from "node:assert/strict";
import { kernelHostname } from "../../../../../server/driver/kernel-hostname";
import {
  configurationText,
  rootfsIn,
  type Setting,
} from "../../../../../server/driver/lxc/configuration/configuration";
import { confinementGaps } from "../../../../../server/driver/lxc/configuration/confinement";
import { Place } from "../../../../../server/driver/lxc/place";
import { containerSpec } from "../../container-spec";

const place = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");
const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false };
const rootfs = "/var/lib/minicloud/lxc/images/micro/rootfs";
const bare: Setting = {
  rootfs,
  systemd: false,
  confinement: { seccompProfile: undefined, appArmorProfiles: undefined },
  devices: [{ file: "/var/lib/minicloud/lxc/devices/tun", path: "/dev/net/tun" }],
};
const profiles = new Set(["lxc-container-default-cgns", "lxc-container-default-with-nesting"]);

function lines(setting: Setting): string[] {
  return configurationText(place.container(500), "mcv0123500", containerSpec(500), network, setting).split(
    "\n",
  );
}

describe("the configuration of an LXC container", () => {
  it("isolates the container from the host", () => {
    assert.deepEqual(lines(bare), [
      "lxc.uts.name = host-500",
      `lxc.rootfs.path = overlay:${rootfs}:/var/lib/minicloud/lxc/containers/mc-012345-500/layer/delta`,
      "lxc.rootfs.options = userxattr",
      "lxc.idmap = u 0 100000 65536",
      "lxc.idmap = g 0 100000 65536",
      "lxc.net.0.type = veth",
      "lxc.net.0.veth.pair = mcv0123500",
      "lxc.net.0.name = eth0",
      "lxc.net.0.flags = up",
      "lxc.net.0.hwaddr = 02:00:c6:12:00:64",
      "lxc.net.0.ipv4.address = 198.18.0.100/24 198.18.0.255",
      "lxc.net.0.ipv4.gateway = 198.18.0.1",
      "lxc.mount.auto = proc:mixed sys:mixed",
      "lxc.mount.entry = proc dev/.lxc/proc proc create=dir,optional 0 0",
      "lxc.mount.entry = sys dev/.lxc/sys sysfs create=dir,optional 0 0",
      "lxc.mount.entry = /var/lib/minicloud/lxc/devices/tun dev/net/tun none bind,create=file,optional 0 0",
      "lxc.mount.entry = tmpfs dev/shm tmpfs rw,nosuid,nodev,create=dir 0 0",
      "lxc.pty.max = 1024",
      "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio",
      "lxc.include = /var/lib/minicloud/lxc/containers/mc-012345-500/limits",
      "",
    ]);
  });

  it("adds the lines for systemd before those that confine the container", () => {
    assert.deepEqual(lines({ ...bare, systemd: true }), [
      "lxc.include = /usr/share/lxc/config/common.conf",
      "lxc.include = /usr/share/lxc/config/userns.conf",
      "lxc.hook.mount =",
      "lxc.hook.post-stop =",
      ...lines(bare).filter((line) => !line.includes("dev/shm")),
    ]);
  });

  it("confines the container by the means of the host", () => {
    const line = (systemd: boolean, appArmorProfiles: ReadonlySet<string> | undefined): string | undefined =>
      lines({ ...bare, systemd, confinement: { seccompProfile: "/seccomp", appArmorProfiles } }).find(
        (text) => text.startsWith("lxc.apparmor.profile"),
      );
    assert.equal(line(false, undefined), undefined);
    assert.equal(line(false, profiles), "lxc.apparmor.profile = lxc-container-default-cgns");
    assert.equal(line(true, profiles), "lxc.apparmor.profile = lxc-container-default-with-nesting");
    assert.equal(line(true, new Set()), "lxc.apparmor.profile = unconfined");
    const confinement = { seccompProfile: "/seccomp", appArmorProfiles: undefined };
    assert.ok(lines({ ...bare, confinement }).includes("lxc.seccomp.profile = /seccomp"));
  });

  it("reports missing means to confine it", () => {
    assert.deepEqual(confinementGaps({ seccompProfile: "/seccomp", appArmorProfiles: undefined }), []);
    assert.deepEqual(confinementGaps({ seccompProfile: "/seccomp", appArmorProfiles: profiles }), []);
    const [list = "", profile = ""] = confinementGaps({
      seccompProfile: undefined,
      appArmorProfiles: new Set(["lxc-container-default-cgns"]),
    });
    assert.match(list, /any system call.*common\.seccomp is missing.*apt install/);
    assert.match(profile, /profile lxc-container-default-with-nesting is not loaded.*apparmor_parser/);
  });

  it("names its root file system", () => {
    assert.equal(rootfsIn(lines(bare).join("\n")), rootfs);
    assert.throws(() => rootfsIn("lxc.rootfs.path = dir:/elsewhere"), /does not name its root file system/);
  });

  it("shortens host names to the kernel's limit", () => {
    const long = `${"a".repeat(40)}.${"b".repeat(40)}.example`;
    assert.equal(kernelHostname(long), "a".repeat(40));
    assert.equal(kernelHostname("web.example"), "web.example");
  });
});
