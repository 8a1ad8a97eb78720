import assert from "node:assert/strict";
import {
  confinementGaps,
  confinementLines,
} from "../../../../../server/driver/lxc/configuration/confinement";

const nesting = "lxc-container-default-with-nesting";
const usual = "lxc-container-default-cgns";
const seccompProfile = "/usr/share/lxc/config/common.seccomp";

describe("the confinement of containers", () => {
  for (const { title, confinement, systemd, lines, gaps } of [
    {
      title: "uses LXC's profile for systemd",
      confinement: { seccompProfile, appArmorProfiles: new Set([nesting, usual]) },
      systemd: true,
      lines: [`lxc.seccomp.profile = ${seccompProfile}`, `lxc.apparmor.profile = ${nesting}`],
      gaps: [],
    },
    {
      title: "uses LXC's profile for other programs",
      confinement: { seccompProfile, appArmorProfiles: new Set([nesting, usual]) },
      systemd: false,
      lines: [`lxc.seccomp.profile = ${seccompProfile}`, `lxc.apparmor.profile = ${usual}`],
      gaps: [],
    },
    {
      title: "does not use an AppArmor profile that is not loaded, because LXC would refuse it",
      confinement: { seccompProfile, appArmorProfiles: new Set([nesting]) },
      systemd: false,
      lines: [`lxc.seccomp.profile = ${seccompProfile}`, "lxc.apparmor.profile = unconfined"],
      gaps: [new RegExp(`${usual} is not loaded`)],
    },
    {
      title: "has no AppArmor line if the kernel has no AppArmor",
      confinement: { seccompProfile: undefined, appArmorProfiles: undefined },
      systemd: false,
      lines: [],
      gaps: [/may make any system call.*common\.seccomp is missing/],
    },
    {
      title: "names both profiles that are missing",
      confinement: { seccompProfile, appArmorProfiles: new Set<string>() },
      systemd: true,
      lines: [`lxc.seccomp.profile = ${seccompProfile}`, "lxc.apparmor.profile = unconfined"],
      gaps: [new RegExp(`${nesting} and ${usual}`)],
    },
  ]) {
    it(title, () => {
      assert.deepEqual(confinementLines(confinement, systemd), lines);
      const found = confinementGaps(confinement);
      assert.equal(found.length, gaps.length);
      gaps.forEach((gap, index) => assert.match(found[index] ?? "", gap));
    });
  }
});
