import { mkdir } from "node:fs/promises";
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
  await mkdir(join(home, "backend"), { recursive: true });
  const pulumi = (words: readonly string[], cancelSignal?: AbortSignal) =>
    execa("pulumi", [...words, "--non-interactive"], {
      ...(cancelSignal === undefined ? {} : { cancelSignal }),
      cwd: join(checkout, "bench", "pulumi", "programs", program),
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
  await pulumi(["stack", "init", "bench"], signal);
  try {
    return await work((...words) => pulumi(words, signal));
  } finally {
    // Also removes the settings file, which pulumi stores next to the program.
    await pulumi(["stack", "rm", "--yes", "--force"]);
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
