import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uplink } from "../../../../../server/driver/lxc/network/uplink";
import { Place } from "../../../../../server/driver/lxc/place";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const heading = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const route = (device: string, target: string, mask: string, metric: number, flags = "0003"): string =>
  `${device}\t${target}\t0101A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

describe("the uplink of a host", () => {
  const newFolder = temporaryFolders();
  const place = new Place("/state/lxc", "0123456789abcdef0123456789abcdef");

  for (const [what, routes, expected] of [
    ["none without routes", "", undefined],
    ["none without a default route", route("eth0", "0000A8C0", "0000FFFF", 0), undefined],
    [
      "that of the default route",
      route("lo", "0000007F", "000000FF", 0) + route("eth0", "00000000", "00000000", 0),
      "eth0",
    ],
    [
      "that with the lowest metric",
      route("wlan0", "00000000", "00000000", 600) + route("eth0", "00000000", "00000000", 100),
      "eth0",
    ],
    [
      "one that is up, and not a bridge of ours",
      route("eth1", "00000000", "00000000", 0, "0002") +
        route("mcbr-012345", "00000000", "00000000", 1) +
        route("eth0", "00000000", "00000000", 2),
      "eth0",
    ],
  ] as const) {
    it(`is ${what}`, async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "route"), heading + routes);
      assert.equal(await uplink(place, folder), expected);
    });
  }
});
