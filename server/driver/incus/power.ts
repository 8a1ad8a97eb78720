import { setTimeout as pause } from "node:timers/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { Deadline } from "../../support/time-limits";
import type { ApiInstance } from "./api/types";
import { type Engine, pathOf } from "./engine";
import { changeNameServers } from "./guest/name-servers";
import { stateOf } from "./instances/copy";
import { untilIdle } from "./leftovers";

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Starts an instance. The state afterwards decides whether that succeeded.
 *
 * @param nameservers its name servers from now on, unless it changed them itself. Default: the earlier ones.
 */
export async function startInstance(
  engine: Engine,
  id: number,
  nameservers: readonly string[] | undefined,
): Promise<void> {
  // If it runs in spite of that, the engine refuses to start it, and the state afterwards decides.
  const known = await engine.instances.known(id);
  const instance = stateOf(known) === "stopped" ? known : await engine.instances.require(id);
  if (stateOf(instance) === "running") {
    return;
  }
  if (nameservers !== undefined) {
    await changeNameServers(engine, id, instance, nameservers);
  }
  await untilState(engine, id, "running", { action: "start", timeout: Math.ceil(engine.timeoutMs / 1000) });
}

/** Requests a shutdown, and forces it after `graceMs`. A stopped instance is a success. */
export async function stopInstance(engine: Engine, id: number, graceMs: number): Promise<void> {
  const instance = await engine.instances.require(id);
  if (stateOf(instance) === "stopped") {
    return;
  }
  if (graceMs > 0) {
    const seconds = Math.ceil(graceMs / 1000);
    try {
      await engine.api.change("PUT", `${pathOf(engine, id)}/state`, {
        json: { action: "stop", timeout: seconds, force: false },
        timeoutMs: graceMs + engine.timeoutMs,
      });
    } catch (error) {
      engine.log.debug(
        { err: error, instance: id },
        "an instance did not shut down, and is stopped by force",
      );
    }
    if (stateOf(await engine.instances.require(id)) === "stopped") {
      return;
    }
  }
  await forceStop(engine, id, new Deadline(engine.timeoutMs));
}

/** Ends an instance at once. */
export async function forceStop(engine: Engine, id: number, deadline: Deadline): Promise<void> {
  await untilState(engine, id, "stopped", { action: "stop", timeout: -1, force: true }, deadline);
}

/**
 * Changes the state of an instance. Another change that runs at the moment is waited for; other failures are the engine's.
 *
 * @throws MccError `engine` or `timeout` if the instance does not have the state afterwards.
 */
async function untilState(
  engine: Engine,
  id: number,
  wanted: "running" | "stopped",
  change: { readonly action: string; readonly timeout: number; readonly force?: boolean },
  deadline = new Deadline(engine.timeoutMs),
): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const failure = await engine.api
      .change("PUT", `${pathOf(engine, id)}/state`, { json: change })
      .then(() => undefined)
      .catch((error: unknown) => error);
    const after = await engine.instances.require(id);
    if (stateOf(after) === wanted) {
      return;
    }
    if (!isBusy(failure) || deadline.leftMs === 0) {
      throw await explained(engine, id, after, change.action, failure);
    }
    await untilIdle(engine, id, deadline);
    await pause(pauseMs);
  }
}

/** The engine refuses a change during another one, which may have had the opposite aim. */
function isBusy(failure: unknown): boolean {
  return (
    MccError.isInstance(failure) && /busy running|create_for_action|already running a/i.test(failure.message)
  );
}

/** What helps against a reason why a start failed. */
const remedies: readonly { readonly words: RegExp; readonly remedy: string }[] = [
  {
    words: /newuidmap|newgidmap|uid range|no uid\/gid allocation/i,
    remedy:
      "that member has no ids for instances: add root:1000000:1000000000 to its /etc/subuid and /etc/subgid, and restart the engine",
  },
  {
    // LXC does not say what the hook (guest/first-files.ts) wrote to its error output.
    words: /Script exited with status/,
    remedy:
      "the first start could not write the files of the instance: its disk or the storage pool is full, or the image has a folder in the place of a file, such as /etc/hostname or /etc/hosts",
  },
];

async function explained(
  engine: Engine,
  id: number,
  { status, name }: ApiInstance,
  action: string,
  failure: unknown,
): Promise<MccError> {
  const reason =
    failure === undefined ? "the engine reported success" : messageOf(failure).replace(/\.$/, "");
  const log = action === "start" ? await logLine(engine, id) : undefined;
  const remedy = remedies.find(({ words }) => words.test(log ?? reason))?.remedy;
  const advice = remedy === undefined ? "" : `; ${remedy}`;
  return MccError.reword(
    failure,
    `Container ${id} (${name}) is ${status.toLowerCase()} after ${action}: ${reason}${log === undefined ? "" : ` (${log})`}${advice}.`,
    "engine",
  );
}

/** Returns LXC's first error of the last start, which the engine's own error does not have. */
async function logLine(engine: Engine, id: number): Promise<string | undefined> {
  try {
    const { body } = await engine.api.raw("GET", `${pathOf(engine, id)}/logs/lxc.log`);
    const line = (await body.text()).split("\n").find((each) => / ERROR /.test(each));
    return line?.replace(/^.*? ERROR\s+/, "").slice(0, 300);
  } catch (error) {
    engine.log.debug({ err: error, instance: id }, "the engine has no log of a start");
    return undefined;
  }
}
