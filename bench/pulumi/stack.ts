import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { findPulumiCli } from "../../quickstart/pulumi-cli/pulumi-cli";
import type { BenchDaemon } from "../hosts/bench-daemon";
import { seconds } from "../measurement";

const checkout = join(__dirname, "..", "..", "..");

/** Runs the Pulumi CLI on a stack with these arguments. */
export type Stack = (...words: readonly string[]) => Promise<unknown>;

/**
 * Does the work with a new stack of one of the programs in `programs/`. The program is in the checkout, where it finds
 * the SDK and this package. The stack's state is in the folder of the bench.
 *
 * @param count the number of resources or hosts, for the program.
 */
export async function withStack<T>(
  { folder, environment, signal }: BenchDaemon,
  program: string,
  count: number,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const cli = await findPulumiCli();
  if (cli === undefined) {
    throw new Error('no Pulumi CLI was found; install one with "npm run quickstart -- --prepare"');
  }
  const home = join(folder, `pulumi-${program}`);
  const cwd = join(checkout, "bench", "pulumi", "programs", program);
  await mkdir(join(home, "backend"), { recursive: true });
  const stack: Stack = (...words) =>
    execa("pulumi", [...words, "--non-interactive"], {
      cwd,
      cancelSignal: signal,
      env: {
        ...environment,
        PATH: `${cli.binFolder}:${process.env.PATH}`,
        PULUMI_HOME: home,
        PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        MINICLOUD_BENCH_COUNT: String(count),
      },
    });
  try {
    await stack("stack", "init", "bench");
    return await work(stack);
  } finally {
    // pulumi stores the settings next to the program, and everything else in the folder of the bench.
    await rm(join(cwd, "Pulumi.bench.yaml"), { force: true });
  }
}

/** Creates the resources of the stack's program. */
export async function up(stack: Stack): Promise<void> {
  await stack("up", "--yes", "--skip-preview");
}

/** Runs a preview in which nothing changes. */
export async function preview(stack: Stack): Promise<void> {
  await stack("preview", "--expect-no-changes");
}

export async function destroy(stack: Stack): Promise<void> {
  await stack("destroy", "--yes", "--skip-preview");
}

/** Measures one `pulumi up`, and destroys its resources. */
export async function secondsOfUp(stack: Stack): Promise<number> {
  const taken = await seconds(() => up(stack));
  await destroy(stack);
  return taken;
}
