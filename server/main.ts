#!/usr/bin/env node
import { CommanderError } from "commander";
import { preflight } from "./cloud/cloud";
import { purgeCloud } from "./cloud/purge";
import { type Config, cloudOptions, readConfig, warnings } from "./config";
import { startInBackground } from "./daemonise";
import { resolveDriverName } from "./driver/load";
import { openLog } from "./log";
import { withdraw } from "./runtime-registration";
import { serve } from "./serve";
import { explainFailure } from "./start-failure";
import { reportStart } from "./start-report";

const failureExitCode = 1;
const usageExitCode = 2;

const actions: Record<Config["action"], (config: Config, words: readonly string[]) => Promise<void>> = {
  serve,
  daemon: startDaemon,
  check: checkHost,
  purge,
};

async function startDaemon(config: Config, words: readonly string[]): Promise<void> {
  const { report, pid, logFile } = await startInBackground(config, words);
  if ("error" in report) {
    process.stderr.write(`${report.error}\n`);
    process.exitCode = failureExitCode;
    return;
  }
  warnings(config).forEach((warning) => process.stderr.write(`mccserver: ${warning}\n`));
  process.stdout.write(`mccserver serves at ${report.url} (process ${pid}, log ${logFile})\n`);
}

async function checkHost(config: Config): Promise<void> {
  await preflight(cloudOptions(config, openLog("warn")));
  process.stdout.write(
    `mccserver: this machine has all that the driver "${resolveDriverName(config.driver)}" needs\n`,
  );
}

async function purge(config: Config): Promise<void> {
  const removed = await purgeCloud(cloudOptions(config, openLog("warn")));
  await withdraw(({ tokenPath }) => tokenPath.startsWith(`${config.stateFolder}/`));
  const outcome = removed ? "removed, with all its instances" : "not there; nothing to remove";
  process.stdout.write(`mccserver: ${config.stateFolder} is ${outcome}\n`);
}

async function main(words: readonly string[]): Promise<void> {
  try {
    const config = readConfig(words);
    await actions[config.action](config, words);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
      return;
    }
    const explanation = explainFailure(error);
    process.stderr.write(`${explanation}\n`);
    process.exitCode = failureExitCode;
    await reportStart({ error: explanation });
  }
}

// At once: a call that goes on after the daemon has closed must not keep the process.
void main(process.argv.slice(2)).then(() => process.exit());
