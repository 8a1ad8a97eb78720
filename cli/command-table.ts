import type { Command } from "./command";
import { inventory } from "./commands/configuration/inventory";
import { sshConfig } from "./commands/configuration/ssh-config";
import { audit } from "./commands/daemon/audit";
import { events } from "./commands/daemon/events";
import { listMembers } from "./commands/daemon/list-members";
import { listPools } from "./commands/daemon/list-pools";
import { serverInfo } from "./commands/daemon/server-info";
import { setPool } from "./commands/daemon/set-pool";
import { simulateMember } from "./commands/daemon/simulate-member";
import { destroyFleet } from "./commands/fleets/destroy-fleet";
import { listFleets } from "./commands/fleets/list-fleets";
import { runFleet } from "./commands/fleets/run-fleet";
import { updateFleet } from "./commands/fleets/update-fleet";
import { buildImage } from "./commands/images/build-image";
import { importImage } from "./commands/images/import-image";
import { listImages } from "./commands/images/list-images";
import { listInstanceTypes } from "./commands/images/list-instance-types";
import { removeImage } from "./commands/images/remove-image";
import { cp } from "./commands/instances/cp";
import { destroyInstance } from "./commands/instances/destroy-instance";
import { exec } from "./commands/instances/exec";
import { extend } from "./commands/instances/extend";
import { listInstances } from "./commands/instances/list-instances";
import { logs } from "./commands/instances/logs";
import { prune } from "./commands/instances/prune";
import { restart } from "./commands/instances/restart";
import { runInstances } from "./commands/instances/run-instances";
import { ssh } from "./commands/instances/ssh";
import { start } from "./commands/instances/start";
import { stop } from "./commands/instances/stop";
import { takeOver } from "./commands/instances/take-over";
import { top } from "./commands/instances/top";
import { updateInstance } from "./commands/instances/update-instance";
import { wait } from "./commands/instances/wait";
import { addKey } from "./commands/keys/add-key";
import { destroyKey } from "./commands/keys/destroy-key";
import { listKeys } from "./commands/keys/list-keys";
import { updateKey } from "./commands/keys/update-key";
import { complete } from "./commands/shell/complete";
import { completion } from "./commands/shell/completion";
import { addToken } from "./commands/tokens/add-token";
import { listTokens } from "./commands/tokens/list-tokens";
import { revokeToken } from "./commands/tokens/revoke-token";
import { rotateToken } from "./commands/tokens/rotate-token";
import { setCertificate } from "./commands/tokens/set-certificate";
import { setQuota } from "./commands/tokens/set-quota";

const daemonCommands: readonly Command[] = [
  runInstances,
  listInstances,
  ...[updateInstance, destroyInstance, takeOver],
  ...[extend, prune],
  ...[start, stop, restart, wait],
  ...[ssh, exec, cp, logs, top],
  ...[sshConfig, inventory],
  ...[runFleet, listFleets, updateFleet, destroyFleet],
  ...[listKeys, addKey, updateKey, destroyKey],
  ...[listImages, buildImage, importImage, removeImage, listInstanceTypes],
  ...[listTokens, addToken, rotateToken, revokeToken, setCertificate, setQuota, audit],
  events,
  ...[listPools, setPool],
  ...[listMembers, simulateMember],
  serverInfo,
];

const shellCompletion = completion(daemonCommands);

/** Contains every command, in the order in which the help shows them. */
export const commandTable: readonly Command[] = [
  ...daemonCommands,
  shellCompletion,
  complete([...daemonCommands, shellCompletion]),
];
