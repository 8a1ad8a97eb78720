/**
 * Calls the methods of a daemon with types: {@link connect} creates a {@link Client}, and {@link Methods} lists the methods.
 *
 * All errors are {@link MccError}. {@link createInstance} and {@link applyFleet} also wait until the hosts are ready.
 *
 * @module minicloud/client
 */
export { type ErrorCode, MccError, type MccErrorOptions } from "../protocol/error";
export type * from "../protocol/types/access-token";
export type * from "../protocol/types/audit";
export type * from "../protocol/types/event";
export type * from "../protocol/types/fleet";
export type * from "../protocol/types/image";
export type * from "../protocol/types/instance";
export type * from "../protocol/types/instance-type";
export type * from "../protocol/types/key";
export type * from "../protocol/types/lease";
export type * from "../protocol/types/member";
export type * from "../protocol/types/methods";
export type * from "../protocol/types/ownership";
export type * from "../protocol/types/pool";
export type * from "../protocol/types/problem";
export type * from "../protocol/types/quota";
export type * from "../protocol/types/readiness";
export type * from "../protocol/types/server";
export type * from "../protocol/types/usage";
export { type Client, type ConnectOptions, connect } from "./client";
export { ConnectionError } from "./connection-error";
export { daemonHost, isDaemonHere, jumpHost } from "./ssh/daemon-host";
export { inventory } from "./ssh/inventory";
export { jumpHostFor } from "./ssh/jump-host";
export { knownHosts } from "./ssh/known-hosts";
export { sshConfig } from "./ssh/ssh-config";
export type { SshHost } from "./ssh/ssh-host";
export { type ApplicationOptions, ApplicationTimeout, applyFleet } from "./workflows/apply-fleet";
export {
  type CreationOptions,
  createInstance,
  type WaitOptions,
  waitUntilReady,
} from "./workflows/create-instance";
export { type FollowOptions, followEvents } from "./workflows/follow-events";
export { uploadImage } from "./workflows/upload-image";
