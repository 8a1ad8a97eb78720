import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostPlaces } from "../../../../server/driver/openvz/host";
import { usageOf } from "../../../../server/driver/openvz/usage";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const beancounters = `Version: 2.5
       uid  resource                     held              maxheld              barrier                limit              failcnt
      101:  kmemsize                  2752512              3014656             14372700             14790164                    0
            lockedpages                     0                    0                  256                  256                    0
            physpages                    2000                 2500                    0  9223372036854775807                    0
            numproc                        21                   28                  240                  240                    0
  6f1c2a9e-7a51-4b5c-9a3e-0d1f2e3c4b5a:  kmemsize      1                    1                    1                    1                    0
            physpages                      10                   10                    0                   10                    0
        0:  kmemsize                  9999999              9999999  9223372036854775807  9223372036854775807                    0
            physpages                  999999               999999  9223372036854775807  9223372036854775807                    0
`;
const statistics = `Version: 2.2
      VEID     user      nice     system     uptime                 idle                 strv               uptime                 used               maxlat               totlat             numsched
       101      150        50        100   59454597      142650441835148                    0      143110241835148         459800000000                    0                    0                    0
`;

describe("the usage of OpenVZ containers", () => {
  const newFolder = temporaryFolders();

  async function host(files: Record<string, string>) {
    const folder = await newFolder();
    await mkdir(join(folder, "vz"));
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
    return { ...hostPlaces, procVz: join(folder, "vz"), beancounters: join(folder, "user_beancounters") };
  }

  const targets = [
    { id: 500, ctid: "101" },
    { id: 501, ctid: "6f1c2a9e-7a51-4b5c-9a3e-0d1f2e3c4b5a" },
    { id: 502, ctid: "1" },
  ];

  it("is that of the kernel's tables", async () => {
    const places = await host({ user_beancounters: beancounters, "vz/vestat": statistics });
    const found = await usageOf(places, targets);
    assert.deepEqual(
      found.map(({ id, memoryBytes, cpuSeconds, processes }) => ({ id, memoryBytes, cpuSeconds, processes })),
      [
        { id: 500, memoryBytes: 2000 * 4096, cpuSeconds: 3, processes: 21 },
        { id: 501, memoryBytes: 10 * 4096, cpuSeconds: undefined, processes: undefined },
      ],
    );
  });

  it("is not known without these tables", async () => {
    assert.deepEqual(await usageOf(await host({}), targets), []);
  });

  it("is not read from lines of another form", async () => {
    const places = await host({
      user_beancounters: "nothing\n 101:\n  physpages many\n",
      "vz/vestat": "101 a b c\n",
    });
    const [usage] = await usageOf(places, targets);
    assert.deepEqual(
      [usage?.memoryBytes, usage?.cpuSeconds, usage?.processes],
      [undefined, undefined, undefined],
    );
  });
});
