import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { programs } from "../../../../server/driver/lxc/commands/programs";
import { type PreflightOptions, preflight } from "../../../../server/driver/lxc/preflight";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { fakePrograms } from "../../../support/programs/fake-programs";

/** The files of a host that lacks nothing. */
const goodFiles = {
  "proc/filesystems": "nodev\ttmpfs\nnodev\toverlay\n",
  "proc/sys/user/max_user_namespaces": "96000\n",
  "proc/self/mountinfo": "34 25 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n",
  "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
};

describe("the preflight of the LXC driver", () => {
  const newFolder = temporaryFolders();
  const fakes = fakePrograms();
  let root = "";
  let folder = "";

  beforeEach(async () => {
    root = await newFolder();
    folder = join(root, "var/lib/minicloud/lxc");
    await chmod(root, 0o755);
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
    for (const { program } of programs) {
      await fakes().put(program, "");
    }
  });

  async function findings(
    files: Partial<Record<keyof typeof goodFiles | `lib/modules/${string}`, string>> = {},
    options: Partial<PreflightOptions> = {},
  ): Promise<string[]> {
    for (const [path, text] of Object.entries({ ...goodFiles, ...files })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const found = await preflight({ folder, root, userId: 0, kernel: "6.1.0-18-amd64", ...options });
    return found.map(({ lacking, remedy }) => `${lacking} (${remedy})`);
  }

  async function assertFinding(found: Promise<string[]>, pattern: RegExp): Promise<void> {
    const texts = await found;
    assert.equal(texts.length, 1, texts.join("\n"));
    assert.match(texts[0] ?? "", pattern);
  }

  it("finds nothing on a host that has everything", async () => {
    assert.deepEqual(await findings(), []);
  });

  it("requires root and a recent kernel", async () => {
    await assertFinding(findings({}, { userId: 1000 }), /not run as root/);
    await assertFinding(
      findings({}, { kernel: "5.10.0-28-amd64" }),
      /5\.10\.0.*\(boot Linux 5\.14 or later\)/,
    );
    assert.deepEqual(await findings({}, { kernel: "5.14.0" }), []);
  });

  it("requires overlayfs, and accepts a module that is not loaded yet", async () => {
    const none = { "proc/filesystems": "nodev\ttmpfs\n" };
    await assertFinding(findings(none), /no overlayfs.*CONFIG_OVERLAY_FS/);
    const dependencies = { [`lib/modules/${release()}/modules.dep`]: "kernel/fs/overlayfs/overlay.ko.xz:\n" };
    assert.deepEqual(await findings({ ...none, ...dependencies }), []);
  });

  it("requires user namespaces", async () => {
    const off = { "proc/sys/user/max_user_namespaces": "0\n" };
    await assertFinding(
      findings(off),
      /user namespaces are switched off.*sysctl -w user\.max_user_namespaces/,
    );
  });

  it("requires a cgroup hierarchy of version 2, and the controllers in either version", async () => {
    const noMemory = { "sys/fs/cgroup/cgroup.controllers": "cpu pids\n" };
    await assertFinding(findings(noMemory), /"memory".*cgroup_enable=memory/);
    const elsewhere = {
      "proc/self/mountinfo": `${goodFiles["proc/self/mountinfo"]}35 25 0:31 / /sys/fs/memory rw - cgroup cgroup rw,memory\n`,
    };
    assert.deepEqual(await findings({ ...noMemory, ...elsewhere }), []);
    await assertFinding(findings({ "proc/self/mountinfo": "" }), /version 2.*mount -t cgroup2/);
  });

  it("requires programs, and names their packages", async () => {
    await fakes().remove();
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      assert.deepEqual(
        await findings(),
        programs.map(
          ({ program, package: name, purpose }) =>
            `${program} is not installed; ${purpose} (apt install ${name})`,
        ),
      );
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("requires folders that the containers can enter", async () => {
    await chmod(join(root, "var/lib"), 0o700);
    await assertFinding(findings(), /var\/lib is closed to other users.*chmod o\+x .*var\/lib,.*--state-dir/);
    await chmod(join(root, "var/lib"), 0o755);
    await assertFinding(
      findings({}, { folder: join(root, "with:colon") }),
      /with:colon contains a special character.*--state-dir/,
    );
  });
});
