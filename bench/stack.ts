import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { findPulumiCli } from "../quickstart/pulumi-cli/pulumi-cli";
import type { BenchDaemon } from "./bench-daemon";

const checkout = join(__dirname, "..", "..");

/** Runs the Pulumi CLI on a stack with these words. */
export type Stack = (...words: readonly string[]) => Promise<unknown>;

/**
 * Does the work with a new stack of one of the programs in `programs/`. The program lies in the checkout, where it
 * finds the SDK and this package; the stack's state is the bench's own.
 *
 * @param count for the program: how many resources or hosts.
 */
export async function withStack<T>(
  { folder, environment }: BenchDaemon,
  program: string,
  count: number,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const cli = await findPulumiCli();
  if (cli === undefined) {
    throw new Error('no Pulumi CLI was found; "npm run quickstart -- --prepare" gets one');
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
    // With it goes its settings file, which pulumi keeps beside the program.
    await stack("stack", "rm", "--yes", "--force");
  }
}

/** Makes all that the stack's program says. */
export async function up(stack: Stack): Promise<void> {
  await stack("up", "--yes", "--skip-preview");
}

export async function destroy(stack: Stack): Promise<void> {
  await stack("destroy", "--yes", "--skip-preview");
}
