import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { syntaxes } from "../../../../../server/driver/openvz/configuration/syntax";
import { configuredContainers } from "../../../../../server/driver/openvz/containers/configured";
import { HostConfiguration } from "../../../../../server/driver/openvz/host";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { perTest } from "../../../../support/per-test";

describe("the containers in vzctl's configuration files", () => {
  const newFolder = temporaryFolders();
  const folder = perTest(async () => {
    const path = await newFolder();
    await mkdir(join(path, "conf"));
    return path;
  });
  const write = async (name: string, ...lines: readonly string[]): Promise<void> => {
    await writeFile(join(folder(), "conf", name), `${lines.join("\n")}\n`);
  };
  const list = async (...running: readonly string[]): ReturnType<typeof configuredContainers> =>
    await configuredContainers(
      new HostConfiguration(join(folder(), "vz.conf"), new Map(), syntaxes.v4),
      new Set(running),
    );

  it("are listed as vzlist lists them", async () => {
    await write(
      "501.conf",
      'OSTEMPLATE=".debian-12"',
      'HOSTNAME="web.example"',
      'NAME="web"',
      'IP_ADDRESS="198.18.0.2 198.18.0.3 2001:db8::1"',
      'DESCRIPTION="say \\"hello\\""',
    );
    assert.deepEqual(await list("501"), [
      {
        ctid: "501",
        status: "running",
        ipAddresses: ["198.18.0.2", "198.18.0.3"],
        hostname: "web.example",
        name: "web",
        image: "debian-12",
        description: 'say "hello"',
      },
    ]);
  });

  it("are the files of containers, and no others", async () => {
    await write("501.conf");
    await write("1000501.conf");
    for (const other of [
      "0.conf",
      "502.conf.destroyed",
      "503.conf.tmp",
      "504.mount",
      "ve-basic.conf-sample",
    ]) {
      await write(other);
    }
    // A link whose configuration has been removed.
    await symlink(join(folder(), "nowhere"), join(folder(), "conf/505.conf"));
    const rows = await list("1000501", "506");
    assert.deepEqual(
      rows.map(({ ctid, status }) => [ctid, status]),
      [
        ["501", "stopped"],
        ["1000501", "running"],
      ],
    );
  });

  it("are not listed at all if one cannot be read", async () => {
    await write("501.conf");
    await mkdir(join(folder(), "conf/502.conf"));
    await assertMccError(
      list(),
      "unavailable",
      /^The containers could not be listed: EISDIR.*make .*\/conf readable/,
    );
  });
});
