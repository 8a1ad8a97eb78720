import assert from "node:assert/strict";
import { execa } from "execa";
import { hardwareAddress } from "../../../../../server/driver/hardware-address";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { linkLocalAddress } from "../../../../support/lxc/network-inside";
import { advertisement, frame, icmpv6Packet, sendFrames, words } from "../../../../support/lxc/raw-frames";
import { startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";

describe("router advertisements of LXC containers", function () {
  this.timeout(60_000);
  const host = lxcHosts({ containersPerBridge: 1 });

  it("give the host no default route and no addresses, on no bridge", async () => {
    await startContainer(host(), 500);
    await startContainer(host(), 501);
    for (const [id, bridge] of [
      [500, host().place.bridge],
      [501, host().place.bridgeOf(2)],
    ] as const) {
      const own = await linkLocalAddress(host(), id);
      const from = hardwareAddress(`198.18.0.${id - 400}`);
      // Type 134, with a lifetime of 1,800 s and the prefix 2001:db8::/64 for autoconfiguration.
      const prefix = Buffer.concat([
        Buffer.from([3, 4, 64, 0xc0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0, 0]),
        Buffer.from("20010db8000000000000000000000000", "hex"),
      ]);
      const message = Buffer.concat([words(0x8600, 0, 0x4000, 1800, 0, 0, 0, 0), prefix]);
      const known = async (): Promise<string> =>
        (await execa("ip", ["-6", "neighbour", "show", "fe80::210", "dev", bridge])).stdout;
      await execa("ip", [
        "-6",
        "neighbour",
        "replace",
        "fe80::210",
        "lladdr",
        "02:00:00:00:00:02",
        "dev",
        bridge,
        "nud",
        "stale",
      ]);
      const head = { to: "33:33:00:00:00:01", from };
      await sendFrames(host(), id, [
        frame(head, 0x86dd, icmpv6Packet(own, "ff02::1", message)),
        frame(head, 0x86dd, advertisement(own, "fe80::210", from)),
      ]);
      await eventually(async () => (await known()).includes(from), "the frame after it has arrived");
      assert.equal((await execa("ip", ["-6", "route", "show", "default"])).stdout, "");
      assert.doesNotMatch((await execa("ip", ["-6", "address", "show", "dev", bridge])).stdout, /2001:db8/);
    }
  });
});
