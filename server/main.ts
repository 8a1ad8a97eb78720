#!/usr/bin/env node
import { CommanderError } from "commander";
import { preflight } from "./cloud/open-cloud";
import { purgeCloud } from "./cloud/purge";
import { type Config, cloudOptions, readConfig, warnings } from "./config";
import { startInBackground } from "./daemonise";
import { resolveDriverName } from "./driver/load";
import { openLog } from "./log/log";
import { withdraw } from "./runtime-registration";
import { localHost, serve } from "./serve";
import { explainFailure } from "./start-failure";
import { reportStart } from "./start-report";
import { certificateProblems, readTls } from "./tls/certificate";

const failureExitCode = 1;
const usageExitCode = 2;

const actions: Record<Config["action"], (config: Config, words: readonly string[]) => Promise<void>> = {
  serve,
  daemon: startDaemon,
  check: checkHost,
  purge,
};

async function startDaemon(config: Config, words: readonly string[]): Promise<void> {
  const certificate = await certificateWarnings(config);
  const { report, pid, logFile, logFailure } = await startInBackground(config, words);
  if ("error" in report) {
    say("stderr", report.error);
    process.exitCode = failureExitCode;
    return;
  }
  const troubles = [
    ...warnings(config),
    ...certificate,
    ...(logFailure === undefined
      ? []
      : [`The log cannot be written for now: ${logFailure.replace(/\.$/, "")}.`]),
  ];
  troubles.forEach(complain);
  say("stdout", `mccserver serves at ${report.url} (process ${pid}, log ${logFile})`);
}

/** Writes a line for users. A closed reader, or a log on a full disk, is not a failure. */
function say(stream: "stdout" | "stderr", line: string): void {
  process[stream].on("error", () => undefined).write(`${line}\n`);
}

function complain(trouble: string): void {
  say("stderr", `mccserver: ${trouble}`);
}

/** Returns the daemon's warnings about a given certificate, for the user who starts it. */
async function certificateWarnings({ tls, selfSigned, address }: Config): Promise<string[]> {
  return tls === undefined || selfSigned !== undefined
    ? []
    : certificateProblems((await readTls(tls)).cert, localHost(address), new Date());
}

async function checkHost(config: Config): Promise<void> {
  const advice = await preflight(cloudOptions(config, openLog("warn")), { optional: true });
  (await certificateWarnings(config)).forEach(complain);
  say(
    "stdout",
    `mccserver: this machine has everything that the driver "${resolveDriverName(config.driver)}" needs`,
  );
  advice.forEach(({ lacking, remedy }) => say("stdout", `mccserver: optional: ${lacking} (${remedy})`));
}

async function purge(config: Config): Promise<void> {
  const removed = await purgeCloud(cloudOptions(config, openLog("warn")));
  await withdraw(({ tokenPath }) => tokenPath.startsWith(`${config.stateFolder}/`));
  const outcome = removed ? "removed, with all its instances" : "missing; nothing to remove";
  say("stdout", `mccserver: ${config.stateFolder} is ${outcome}`);
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
    process.exitCode = failureExitCode;
    // First, because the log, which is standard error in the background, may be on a full disk.
    await reportStart({ error: explanation });
    say("stderr", explanation);
  }
}

// Exit immediately: a call that continues after the daemon has closed must not keep the process running.
void main(process.argv.slice(2)).then(() => process.exit());
