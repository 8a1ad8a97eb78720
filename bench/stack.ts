import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { findPulumiCli } from "../quickstart/pulumi-cli/pulumi-cli";
import type { BenchDaemon } from "./bench-daemon";

const checkout = join(__dirname, "..", "..");

/** Runs the Pulumi CLI on a stack with these arguments. */
export type Stack = (...words: readonly string[]) => Promise<unknown>;

/**
 * Does the work with a new stack of one of the programs in `programs/`. The program is in the checkout, where it finds
 * the SDK and this package. The stack's state is in the folder of the bench.
 *
 * @param count the number of resources or hosts, for the program.
 */
export async function withStack<T>(
  { folder, environment }: BenchDaemon,
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
  const stack: Stack = (...words) =>
    execa("pulumi", [...words, "--non-interactive"], {
      cwd: join(checkout, "bench", "programs", program),
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
  await stack("stack", "init", "bench");
  try {
    return await work(stack);
  } finally {
    // Also removes the settings file, which pulumi stores next to the program.
    await stack("stack", "rm", "--yes", "--force");
  }
}

/** Creates the resources of the stack's program. */
export async function up(stack: Stack): Promise<void> {
  await stack("up", "--yes", "--skip-preview");
}

export async function destroy(stack: Stack): Promise<void> {
  await stack("destroy", "--yes", "--skip-preview");
}
