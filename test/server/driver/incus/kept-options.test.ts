import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serverSchema } from "../../../../server/driver/incus/api/types";
import {
  keepOptions,
  requireSameEngine,
  withKeptOptions,
} from "../../../../server/driver/incus/kept-options";
import { readSettings } from "../../../../server/driver/incus/settings";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { driverOptions } from "../driver-options";

const server = (fingerprint: string): ReturnType<typeof serverSchema.parse> =>
  serverSchema.parse({ auth: "trusted", environment: { certificate_fingerprint: fingerprint } });

describe("the kept settings of an engine", () => {
  const newFolder = temporaryFolders();

  it("are those of the last start, unless others are given", async () => {
    const folder = join(await newFolder(), "incus");
    const options = driverOptions(folder, {
      engine: {
        url: "https://a:8443,https://b",
        project: "team",
        nic: "network:lan",
        group: "west",
        token: "x",
      },
    });
    const fresh = driverOptions(folder);
    assert.equal(await withKeptOptions(fresh), fresh);
    const settings = readSettings(options);
    await keepOptions(folder, settings, server("f1"));
    const later = await withKeptOptions(driverOptions(folder));
    assert.deepEqual(readSettings(later), { ...settings, token: undefined });
    const changed = await withKeptOptions(
      driverOptions(folder, { engine: { url: "https://c", group: "east" } }),
    );
    assert.deepEqual(readSettings(changed), {
      ...settings,
      urls: ["https://c:8443"],
      group: "east",
      token: undefined,
    });
  });

  it("refuse another engine, whose instances are not this daemon's", async () => {
    const folder = join(await newFolder(), "incus");
    await requireSameEngine(folder, server("f1"));
    await keepOptions(folder, readSettings(driverOptions(folder)), server("f1"));
    await requireSameEngine(folder, server("f1"));
    await assertMccError(
      requireSameEngine(folder, server("f2")),
      "conflict",
      /another certificate.*engine\.json/,
    );
  });

  it("count as missing where the file is damaged, which is reported", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "engine.json"), "{");
    const reported: string[] = [];
    const options = driverOptions(folder, { reportDamage: (path) => reported.push(path) });
    assert.equal(await withKeptOptions(options), options);
    assert.deepEqual(reported, [join(folder, "engine.json")]);
  });
});
