import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { Client } from "../client/client";
import { ConnectionError } from "../client/connection-error";
import { isAlive } from "../client/discovery/is-alive";
import { parseServerAddress } from "../client/discovery/server-address";
import { unlessErrno } from "../protocol/errno";
import { MccError } from "../protocol/error";
import {
  type RuntimeFile,
  runtimeFileName,
  runtimeFileSchema,
  runtimeFolder,
} from "../protocol/runtime-file";
import type { Options } from "./options";
import { checkout, type Place } from "./place";
import type { Work } from "./step";

const stopTimeoutMs = 60_000;
const lookEveryMs = 100;

export function daemonAddress({ port }: Options): string {
  return `127.0.0.1:${port}`;
}

/** Connects to the quickstart's own daemon. Ignores MCC_SERVER and MCC_TOKEN. */
export function connectDaemon({ options }: Work): Client {
  return new Client(parseServerAddress(daemonAddress(options)), undefined);
}

export async function startDaemon(work: Work): Promise<string> {
  const running = await runningDaemon(work);
  if (running === undefined) {
    await mccserver([...daemonWords(work), "--port", work.options.port]);
  }
  const { driver, addressPool } = await connectDaemon(work).info();
  if (driver !== work.options.driver) {
    throw new MccError(
      "conflict",
      `A daemon with the driver ${driver} already runs at ${daemonAddress(work.options)}; choose another port with --port.`,
    );
  }
  return `${driver} driver at http://${daemonAddress(work.options)}, hosts at ${addressPool.first} to ${addressPool.last}`;
}

/** Stops the daemon. Its instances keep running. */
export async function stopDaemon(work: Work): Promise<string> {
  const running = await runningDaemon(work);
  if (running === undefined) {
    return "not running";
  }
  process.kill(running.pid, "SIGTERM");
  const end = Date.now() + stopTimeoutMs;
  while (isAlive(running.pid)) {
    if (Date.now() > end) {
      throw new MccError(
        "timeout",
        `The daemon (process ${running.pid}) did not end within ${stopTimeoutMs / 1000} s of SIGTERM; see its log, and try again.`,
      );
    }
    await sleep(lookEveryMs);
  }
  return "stopped";
}

/**
 * Runs mccserver, which prints its errors on standard error.
 *
 * @param why what its failure means, for the message. Default: nothing more.
 */
export async function mccserver(words: readonly string[], why = ""): Promise<void> {
  const program = join(checkout, "dist", "server", "main.js");
  const { failed } = await execa(process.execPath, [program, ...words], {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  if (failed) {
    throw new MccError("unavailable", `mccserver failed; see its message above.${why}`);
  }
}

/** Returns the arguments with which every run of mccserver finds the same state. */
export function daemonWords({ options, place }: Work): string[] {
  const range = options.range === undefined ? [] : ["--range", options.range];
  return ["--driver", options.driver, "--state-dir", place.stateFolder, ...range, ...engineWords(options)];
}

function engineWords({ engineUrl, engineToken, engineNic }: Options): string[] {
  return [
    ...(engineUrl === undefined ? [] : ["--engine-url", engineUrl]),
    ...(engineToken === undefined ? [] : ["--engine-token", engineToken]),
    ...(engineNic === undefined ? [] : ["--engine-nic", engineNic]),
  ];
}

/**
 * Returns the file of the daemon, if it answers. A killed daemon leaves its file, and another process can now have its
 * process id.
 *
 * @throws MccError `conflict` if the daemon of another state folder runs at this port.
 */
async function runningDaemon(work: Work): Promise<RuntimeFile | undefined> {
  const { options, place } = work;
  const file = await readRuntimeFile(options);
  if (file === undefined || (await answeringServerId(work)) !== file.serverId) {
    return undefined;
  }
  if (!isIn(place, file.tokenPath)) {
    throw new MccError(
      "conflict",
      `Another daemon (process ${file.pid}) runs at ${daemonAddress(options)}; choose another port with --port.`,
    );
  }
  return file;
}

async function answeringServerId(work: Work): Promise<string | undefined> {
  try {
    return (await connectDaemon(work).info()).serverId;
  } catch (error) {
    if (ConnectionError.isInstance(error)) {
      return undefined;
    }
    throw error;
  }
}

function isIn({ stateFolder }: Place, path: string): boolean {
  return path.startsWith(`${stateFolder}/`);
}

async function readRuntimeFile({ port }: Options): Promise<RuntimeFile | undefined> {
  const path = join(runtimeFolder(), runtimeFileName(Number(port)));
  const text = await unlessErrno(readFile(path, "utf8"), "ENOENT");
  return text === undefined ? undefined : runtimeFileSchema.parse(JSON.parse(text));
}
