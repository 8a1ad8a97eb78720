import type { Command } from "./command";
import { addKey } from "./commands/add-key";
import { buildImage } from "./commands/build-image";
import { complete } from "./commands/complete";
import { completion } from "./commands/completion";
import { cp } from "./commands/cp";
import { destroyFleet } from "./commands/destroy-fleet";
import { destroyInstance } from "./commands/destroy-instance";
import { destroyKey } from "./commands/destroy-key";
import { exec } from "./commands/exec";
import { extend } from "./commands/extend";
import { importImage } from "./commands/import-image";
import { listFleets } from "./commands/list-fleets";
import { listImages } from "./commands/list-images";
import { listInstanceTypes } from "./commands/list-instance-types";
import { listInstances } from "./commands/list-instances";
import { listKeys } from "./commands/list-keys";
import { logs } from "./commands/logs";
import { prune } from "./commands/prune";
import { removeImage } from "./commands/remove-image";
import { restart } from "./commands/restart";
import { runInstances } from "./commands/run-instances";
import { serverInfo } from "./commands/server-info";
import { ssh } from "./commands/ssh";
import { start } from "./commands/start";
import { stop } from "./commands/stop";
import { takeOver } from "./commands/take-over";
import { updateInstance } from "./commands/update-instance";
import { updateKey } from "./commands/update-key";
import { wait } from "./commands/wait";

const daemonCommands: readonly Command[] = [
  runInstances,
  listInstances,
  ...[updateInstance, destroyInstance, takeOver],
  ...[extend, prune],
  ...[start, stop, restart, wait],
  ...[ssh, exec, cp, logs],
  ...[listFleets, destroyFleet],
  ...[listKeys, addKey, updateKey, destroyKey],
  ...[listImages, buildImage, importImage, removeImage, listInstanceTypes],
  serverInfo,
];

const shellCompletion = completion(daemonCommands);

/** Every command, in the order in which help shows them. */
export const commandTable: readonly Command[] = [
  ...daemonCommands,
  shellCompletion,
  complete([...daemonCommands, shellCompletion]),
];
