import assert from "node:assert/strict";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MccError } from "../../../../protocol/error";
import type { HostPlaces } from "../../../../server/driver/openvz/host";
import { type PreflightSubject, preflight } from "../../../../server/driver/openvz/preflight";
import { withEnvironment } from "../../../support/environment";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";

/** Creates a host that lacks nothing, in a folder. */
interface Host {
  readonly bin: string;
  readonly subject: PreflightSubject;
}

const oldGroups = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n";
const unifiedGroups = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
const programs = ["vzctl", "vzlist", "brctl"];
const refuse = (code: "unavailable" | "engine", message: string) => (): Promise<never> =>
  Promise.reject(new MccError(code, message));

describe("the preflight of the OpenVZ driver", () => {
  const newFolder = temporaryFolders();
  const host = perTest(async (): Promise<Host> => {
    const folder = await newFolder();
    const bin = join(folder, "bin");
    await mkdir(bin);
    for (const program of programs) {
      await writeFile(join(bin, program), "");
      await chmod(join(bin, program), 0o755);
    }
    const places: HostPlaces = {
      configuration: join(folder, "vz.conf"),
      procVz: join(folder, "proc/vz"),
      veinfo: join(folder, "proc/veinfo"),
      userNamespace: join(folder, "user"),
      venet: join(folder, "venet0"),
      libraries: join(folder, "ld.so.cache"),
      mounts: join(folder, "mounts"),
      networkNamespaces: join(folder, "netns"),
      beancounters: join(folder, "user_beancounters"),
      runRecords: join(folder, "vzctl"),
      scriptFolders: [],
    };
    await mkdir(join(folder, "template/cache"), { recursive: true });
    await writeFile(places.configuration, `TEMPLATE=${folder}/template\n`);
    await writeFile(places.userNamespace, "");
    await writeFile(places.mounts, oldGroups);
    const answers = () => Promise.resolve([]);
    return { bin, subject: { places, access: { findings: answers }, askVersion: answers, askList: answers } };
  });
  withEnvironment(() => ({ PATH: host().bin }));

  const lacking = async (changes: Partial<PreflightSubject> = {}): Promise<string[]> =>
    (await preflight({ ...host().subject, ...changes })).map(
      ({ lacking: what, remedy }) => `${what} -> ${remedy}`,
    );
  const remove = async (...paths: readonly string[]): Promise<void> => {
    await Promise.all(paths.map((path) => rm(path, { recursive: true })));
  };
  const makeOpenvzKernel = async (): Promise<void> => {
    await mkdir(host().subject.places.procVz, { recursive: true });
  };

  it("finds nothing on a kernel with user namespaces, on which vzctl creates venet0 itself", async () => {
    assert.deepEqual(await lacking(), []);
  });

  it("needs no brctl if venet0 exists", async () => {
    await remove(join(host().bin, "brctl"));
    await writeFile(host().subject.places.venet, "");
    assert.deepEqual(await lacking(), []);
  });

  it("accepts control groups of version 2 next to version 1 if vzctl's library does not know them", async () => {
    const { mounts, libraries } = host().subject.places;
    await writeFile(mounts, `${oldGroups}${unifiedGroups}`);
    await writeFile(libraries, "libcgroup.so.1\0/usr/lib/libcgroup.so.1\0");
    assert.deepEqual(await lacking(), []);
  });

  it("does not need control groups on an OpenVZ kernel", async () => {
    await makeOpenvzKernel();
    await writeFile(host().subject.places.venet, "");
    await writeFile(host().subject.places.mounts, unifiedGroups);
    assert.deepEqual(await lacking(), []);
  });

  it("finds nothing on an OpenVZ kernel with venet0, without user namespaces", async () => {
    await makeOpenvzKernel();
    await remove(join(host().bin, "brctl"), host().subject.places.userNamespace);
    await writeFile(host().subject.places.venet, "");
    assert.deepEqual(await lacking(), []);
  });

  const rows: readonly {
    missing: string;
    found: RegExp;
    take: () => Promise<Partial<PreflightSubject>>;
  }[] = [
    {
      missing: "the right to run the commands",
      found: /^sudo does not allow alice to run vzctl -> ask root$/,
      take: () => {
        const found = { lacking: "sudo does not allow alice to run vzctl", remedy: "ask root" };
        const mustNotRun = refuse("engine", "it ran");
        return Promise.resolve({
          access: { findings: () => Promise.resolve([found]) },
          askVersion: mustNotRun,
          askList: mustNotRun,
        });
      },
    },
    ...["vzctl", "vzlist"].map((program) => ({
      missing: program,
      found: new RegExp(
        `^${program} is not installed, or not on the daemon's PATH; it .* -> install .*vzctl`,
      ),
      take: async () => {
        await remove(join(host().bin, program));
        return {};
      },
    })),
    {
      missing: "a vzctl of a known version",
      found: /^vzctl says "9\.9" -> install vzctl 4, or OpenVZ 7 or later$/,
      take: () => Promise.resolve({ askVersion: refuse("unavailable", 'vzctl says "9.9".') }),
    },
    {
      missing: "a vzlist that answers",
      found: /^vzlist printed nothing -> run vzlist -a, and fix what it reports$/,
      take: () => Promise.resolve({ askList: refuse("engine", "vzlist printed nothing.") }),
    },
    {
      missing: "the modules that vzlist needs",
      found: /^vzlist reported: Unable to open \/proc\/vz\/veinfo -> load .*service vz start$/,
      take: () =>
        Promise.resolve({ askList: refuse("engine", "vzlist reported: Unable to open /proc/vz/veinfo.") }),
    },
    {
      missing: "control groups of version 1",
      found:
        /^no control groups of version 1 are mounted; .* -> mount those of version 1 .*; with systemd, boot/,
      take: async () => {
        await writeFile(host().subject.places.mounts, unifiedGroups);
        return { askList: refuse("engine", "No control groups.") };
      },
    },
    {
      missing: "control groups that vzctl can work with",
      found:
        /^control groups of version 2 are mounted at \/sys\/fs\/cgroup\/unified next .* can neither stop nor destroy any -> umount \/sys\/fs\/cgroup\/unified; with systemd, boot with systemd\.unified_cgroup_hierarchy=0/,
      take: async () => {
        await writeFile(host().subject.places.mounts, `${oldGroups}${unifiedGroups}`);
        await writeFile(host().subject.places.libraries, "libcgroup.so.2\0/usr/lib/libcgroup.so.2\0");
        return {};
      },
    },
    {
      missing: "a kernel for containers",
      found: /neither .*proc\/vz nor .*user -> boot an OpenVZ kernel, or one with user namespaces$/,
      take: async () => {
        await remove(host().subject.places.userNamespace);
        return {};
      },
    },
    {
      missing: "venet0 on an OpenVZ kernel",
      found: /^the network device venet0 is missing; .* -> load it .*service vz start$/,
      take: async () => {
        await makeOpenvzKernel();
        return {};
      },
    },
    {
      missing: "the bridge venet0, and brctl to make it",
      found: /^the bridge venet0, .*, and brctl, .*, are missing -> apt-get install bridge-utils$/,
      take: async () => {
        await remove(join(host().bin, "brctl"));
        return {};
      },
    },
    {
      missing: "the global configuration",
      found: /^.*vz\.conf does not exist; reinstall .* -> reinstall the package vzctl, which contains it$/,
      take: async () => {
        await remove(host().subject.places.configuration);
        return {};
      },
    },
    {
      missing: "the folder of the images",
      found:
        /template\/cache, does not exist -> create it \(mkdir -p .*cache\), or set TEMPLATE in .*vz\.conf$/,
      take: async () => {
        await remove(join(dirname(host().subject.places.configuration), "template/cache"));
        return {};
      },
    },
  ];
  for (const { missing, found, take } of rows) {
    it(`has one line for missing ${missing}, with the remedy`, async () => {
      const [line = "", ...others] = await lacking(await take());
      assert.match(line, found);
      assert.deepEqual(others, []);
    });
  }
});
