import { join } from "node:path";
import { ExecaError, type Options as ExecaOptions, execa } from "execa";
import { MccError, messageOf } from "../protocol/error";
import { daemonAddress } from "./daemon";
import { checkout, stackName } from "./place";
import type { PulumiCli } from "./pulumi-cli/find";
import { findPulumiCli, providePulumiCli } from "./pulumi-cli/pulumi-cli";
import type { Say, Work } from "./step";

export async function preparePulumi(_work: Work, say: Say): Promise<string> {
  const { version, binFolder } = await providePulumiCli(say);
  return `${version} in ${binFolder}`;
}

let found: PulumiCli | undefined;

/** Returns the CLI that `preparePulumi` provided. Searches it once in a run. */
export async function pulumiCli(): Promise<PulumiCli> {
  found ??= await findPulumiCli();
  if (found === undefined) {
    throw new MccError("unavailable", "There is no Pulumi CLI; run npm run quickstart -- --prepare");
  }
  return found;
}

/** Runs a command of the CLI on the checkout's project, with this terminal. */
export async function runPulumi(work: Work, words: readonly string[]): Promise<void> {
  const configuration = ["--config-file", work.place.stackConfiguration];
  // A terminal also sends Ctrl-C to pulumi, which then finishes its current work and must not get a second signal.
  const wait = (): void => undefined;
  process.on("SIGINT", wait);
  try {
    const { failed } = await pulumi(work, [...words, ...configuration], {
      cwd: checkout,
      reject: false,
      stdio: "inherit",
    });
    if (failed) {
      throw new MccError(
        "engine",
        `pulumi ${words[0]} failed; see its message above. To run pulumi commands on the stack: . ${work.place.environment}`,
      );
    }
  } finally {
    process.off("SIGINT", wait);
  }
}

/**
 * Returns the output of a command of the CLI, without showing it.
 *
 * @param cwd a folder with the project's Pulumi.yaml.
 */
export async function askPulumi(work: Work, words: readonly string[], cwd: string): Promise<string> {
  try {
    return (await pulumi(work, words, { cwd })).stdout;
  } catch (error) {
    const said = error instanceof ExecaError ? String(error.stderr) : "";
    const reason = said.trim().split("\n").at(-1);
    throw new MccError("engine", `pulumi ${words.join(" ")} failed: ${reason || messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Runs the CLI with the variables of the quickstart's environment file. */
async function pulumi<O extends ExecaOptions>(work: Work, words: readonly string[], options: O) {
  const { binFolder } = await pulumiCli();
  const PATH = `${binFolder}:${process.env["PATH"] ?? ""}`;
  return execa(join(binFolder, "pulumi"), words, { ...options, env: { ...pulumiEnvironment(work), PATH } });
}

/** Returns the variables with which pulumi finds this stack and its daemon. An undefined one must be unset. */
export function pulumiEnvironment({ place, options }: Work): Record<string, string | undefined> {
  return {
    PULUMI_BACKEND_URL: `file://${place.backend}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: place.passphrase,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_STACK: stackName,
    PULUMI_OPTION_CONFIG_FILE: place.stackConfiguration,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    MCC_SERVER: daemonAddress(options),
    MCC_TOKEN: undefined,
  };
}
