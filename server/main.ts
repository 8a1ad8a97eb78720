#!/usr/bin/env node
import type { Server } from "node:net";
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
import { type Entrance, openEntrance } from "./user-setup/entrance";
import { openSocket } from "./user-setup/listening-socket";
import { runInside } from "./user-setup/run-inside";
import type { Manner } from "./user-setup/set-up";
import { removeSetups, setUp } from "./user-setup/setups";

const failureExitCode = 1;
const usageExitCode = 2;

type Action = (config: Config, words: readonly string[], entrance?: Entrance) => Promise<void>;

const actions: Record<Config["action"], Action> = {
  serve: async (config, words, entrance) =>
    await (entrance === undefined ? serve(config) : continueInside(entrance, words, await socketOf(config))),
  daemon: startDaemon,
  check: async (config, words, entrance) =>
    await (entrance === undefined ? checkHost(config) : continueInside(entrance, words)),
  purge: async (config, words, entrance) =>
    await (entrance === undefined ? purge(config) : continueInside(entrance, words)),
  setUpUser: async ({ user, nat, driver }) =>
    await setUp(driver, { name: user.name, network: user.network, nat }, mannerOf(user)),
  removeUser: async ({ user, driver }) => await removeSetups(driver, user.name, mannerOf(user)),
};

function mannerOf({ dryRun }: Config["user"]): Manner {
  return { dryRun, say: sayPlainly };
}

/** The actions that need containers. An ordinary user's daemon does them in namespaces of that user. */
const insideActions: readonly Config["action"][] = ["serve", "daemon", "check", "purge"];

async function continueInside(entrance: Entrance, words: readonly string[], socket?: Server): Promise<void> {
  process.exitCode = await runInside(entrance, __filename, words, socket);
}

async function socketOf({ address, port }: Config): Promise<Server> {
  return await openSocket(address, port);
}

async function startDaemon(config: Config, words: readonly string[], entrance?: Entrance): Promise<void> {
  const certificate = await certificateWarnings(config);
  const { report, pid, logFile, logFailure } = await startInBackground(
    config,
    words,
    entrance && { entrance, openSocket: () => socketOf(config) },
  );
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

function sayPlainly(line: string): void {
  say("stdout", `mccserver: ${line}`);
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
    const entrance = insideActions.includes(config.action)
      ? await openEntrance(resolveDriverName(config.driver), config)
      : undefined;
    await actions[config.action](config, words, entrance);
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
