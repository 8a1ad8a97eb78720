export { type ErrorCode, MccError } from "../protocol/error";
export type { Fleet, FleetMember, FleetStatus, FleetSummary } from "../protocol/methods/fleet";
export type { Image } from "../protocol/methods/image";
export type { Instance, InstanceStatus } from "../protocol/methods/instance";
export type { PlainReadiness } from "../protocol/methods/instance-state";
export type { InstanceType } from "../protocol/methods/instance-type";
export type { Key } from "../protocol/methods/key";
export type { MethodName, MethodParameters, MethodResult } from "../protocol/methods/method-table";
export type { Rung } from "../protocol/methods/readiness";
export type { ServerInfo } from "../protocol/methods/server";
export { type Client, type ConnectOptions, connect } from "./client";
export { ConnectionError } from "./connection-error";
export { daemonHost, isDaemonHere, jumpHost } from "./ssh/daemon-host";
export { inventory } from "./ssh/inventory";
export { sshConfig } from "./ssh/ssh-config";
export type { SshHost } from "./ssh/ssh-host";
export { type ApplicationOptions, ApplicationTimeout, applyFleet } from "./workflows/apply-fleet";
export {
  type CreationOptions,
  createInstance,
  type InstanceTarget,
  type WaitOptions,
  waitUntilReady,
} from "./workflows/create-instance";
