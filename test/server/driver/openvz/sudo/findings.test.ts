import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sudoFindings } from "../../../../../server/driver/openvz/sudo/findings";
import { releaseLine } from "../../../../../server/driver/openvz/sudo/root-program-text";
import { withEnvironment } from "../../../../support/environment";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { perTest } from "../../../../support/per-test";

describe("what a user lacks for a daemon with OpenVZ", () => {
  const newFolder = temporaryFolders();
  /** A folder with a sudo that permits everything except for its second argument's commands. */
  const host = perTest(async () => {
    const folder = await newFolder();
    const bin = join(folder, "bin");
    await mkdir(bin);
    return { bin, program: join(folder, "openvz") };
  });
  withEnvironment(() => ({ PATH: host().bin }));

  async function installSudo(refused: string): Promise<void> {
    const sudo = join(host().bin, "sudo");
    await writeFile(sudo, `#!/bin/sh\ncase "$*" in *${refused}*) exit 1;; esac\n`);
    await chmod(sudo, 0o755);
  }

  it("is the root program without a setup", async () => {
    await installSudo("nothing");
    const [finding] = await sudoFindings("alice", host().program);
    assert.match(
      finding?.lacking ?? "",
      /root has not allowed alice to run OpenVZ's commands \(.*openvz is missing\)/,
    );
    assert.match(finding?.remedy ?? "", /let root run once: mccserver --setup-user alice --driver openvz$/);
  });

  it("is a setup of this release", async () => {
    await installSudo("nothing");
    await writeFile(host().program, "# MiniCloud 0.0.1\n");
    assert.match((await sudoFindings("alice", host().program))[0]?.lacking ?? "", /from another version/);
  });

  it("is each kind of command that sudo refuses, in one line", async () => {
    await installSudo("umount");
    await writeFile(host().program, `${releaseLine()}\n`);
    const findings = await sudoFindings("alice", host().program);
    assert.deepEqual(
      findings.map(({ lacking }) => lacking),
      ["sudo does not allow alice to run: vzctl umount 500"],
    );
  });

  it("is nothing if sudo allows all of them", async () => {
    await installSudo("nothing");
    await writeFile(host().program, `${releaseLine()}\n`);
    assert.deepEqual(await sudoFindings("alice", host().program), []);
  });
});
