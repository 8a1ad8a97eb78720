import { join } from "node:path";
import { type Options as ExecaOptions, execa } from "execa";
import { MccError } from "../protocol/error";
import { daemonAddress } from "./daemon";
import { stackName } from "./place";
import type { PulumiCli } from "./pulumi-cli/find";
import { findPulumiCli, providePulumiCli } from "./pulumi-cli/pulumi-cli";
import type { Say, Work } from "./step";

export async function preparePulumi(_work: Work, say: Say): Promise<string> {
  const { version, binFolder } = await providePulumiCli(say);
  return `${version} in ${binFolder}`;
}

/** The CLI that `preparePulumi` provided. */
export async function pulumiCli(): Promise<PulumiCli> {
  const cli = await findPulumiCli();
  if (cli === undefined) {
    throw new MccError("unavailable", "There is no Pulumi CLI: run npm run quickstart -- --prepare");
  }
  return cli;
}

/** Runs the CLI as in a shell that has read the quickstart's environment file. */
export async function runPulumi<O extends ExecaOptions>(work: Work, words: readonly string[], options: O) {
  const { binFolder } = await pulumiCli();
  const PATH = `${binFolder}:${process.env["PATH"] ?? ""}`;
  return execa(join(binFolder, "pulumi"), words, { ...options, env: { ...pulumiEnvironment(work), PATH } });
}

/** Variables by which pulumi finds this stack and its daemon; an undefined one is to be unset. */
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
