import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { execa } from "execa";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { unaidedHost } from "./behaviour";
import { FakeOpenvz, imageName, makeImage } from "./install";
import { type Run, runs, unaidedRuns, unifiedRuns } from "./recorded-runs";

/** What the recording cannot hold a fake to, each with the reason. */
const setAside: readonly { reason: string; normalise: (run: Run) => Run }[] = [
  {
    reason: "the recording dropped the line feed at the end of standard error",
    normalise: (run) => ({ ...run, stderr: run.stderr.replace(/\n$/, "") }),
  },
  {
    reason: "process ids differ",
    normalise: (run) => ({ ...run, stderr: run.stderr.replace(/^Child \d+ exited/gm, "Child N exited") }),
  },
  {
    reason:
      "the fakes do not report missing scripts for distributions, namespaces of newer kernels, and programs",
    normalise: (run) => ({
      ...run,
      stderr: run.stderr.replace(
        /^(Warning: configuration file for distribution|Failed to set context for|File \S+ not found).*(\n|$)/gm,
        "",
      ),
    }),
  },
];

const normalised = (run: Run): Run => setAside.reduce((result, { normalise }) => normalise(result), run);

/** What happened on the recorded host between two runs, and is not among them. */
const between: Readonly<Record<number, (host: FakeOpenvz) => Promise<void>>> = {
  56: async (host) => {
    host.behave({ haltsCleanly: true });
    await execa("vzctl", ["start", "504"], { env: host.environment });
  },
};

/** Replays recorded runs on a fake host. */
function replay(
  recorded: readonly Run[],
  prepare: (host: FakeOpenvz) => void,
  steps: typeof between,
): { host: () => FakeOpenvz } {
  let host: FakeOpenvz;
  // Registered before the folder's own removal, because the host has a mount in it.
  after(() => host.close());
  const newFolder = temporaryFolders();

  before(async () => {
    host = await FakeOpenvz.install(await newFolder());
    makeImage(host.path(`vz/template/cache/${imageName}.tar.gz`));
    writeFileSync(host.path("etc/hostname"), "vm\n");
    prepare(host);
  });

  recorded.forEach((run, index) => {
    const title = run.argv.join(" ").slice(0, 90);
    it(`${index + 1}: ${title}${run.note === undefined ? "" : ` (${run.note})`}`, async () => {
      await steps[index]?.(host);
      const [program = "", ...words] = run.argv;
      const { exitCode, stdout, stderr } = await execa(program, words, {
        env: host.environment,
        reject: false,
        stripFinalNewline: false,
        input: run.stdin ?? "",
      });
      const { argv, stdin, note } = run;
      assert.deepEqual(
        normalised({ argv, stdin, note, exit: exitCode ?? -1, stdout, stderr }),
        normalised({ argv, stdin, note, exit: run.exit, stdout: run.stdout, stderr: run.stderr }),
      );
    });
  });
  return { host: () => host };
}

describe("the fake vzctl and vzlist, run as the recorded ones were", () => {
  const { host } = replay(runs, () => undefined, between);

  it("leave on disk what vzctl leaves", () => {
    assert.deepEqual(host().remains(), ["etc/vz/conf/501.conf.destroyed", "etc/vz/conf/504.conf.destroyed"]);
  });
});

describe("the fakes on a host without aids, run as the recorded commands were", () => {
  replay(
    unaidedRuns,
    (host) => {
      host.behave(unaidedHost);
      host.asShipped();
    },
    {},
  );
});

describe("the fakes on a host with control groups of both versions, run as the recorded commands were", () => {
  replay(
    unifiedRuns,
    (host) => {
      host.behave({ ...unaidedHost, unifiedGroups: true });
      host.asShipped();
    },
    {},
  );
});
