export { type ErrorCode, MccError } from "../protocol/error";
export type { Fleet, FleetMember, FleetStatus, FleetSummary } from "../protocol/fleet";
export type { Image } from "../protocol/image";
export type { Instance, InstanceStatus } from "../protocol/instance";
export type { PlainReadiness } from "../protocol/instance-state";
export type { InstanceType } from "../protocol/instance-type";
export type { Key } from "../protocol/key";
export type { MethodName, MethodParameters, MethodResult } from "../protocol/method-table";
export type { Rung } from "../protocol/readiness";
export type { ServerInfo } from "../protocol/server";
export { type Client, type ConnectOptions, connect } from "./client";
export { ConnectionError } from "./connection-error";
export { daemonHost, isDaemonHere, jumpHost } from "./daemon-host";
export { type ApplicationOptions, ApplicationTimeout, applyFleet } from "./fleet-application";
export {
  type CreationOptions,
  createInstance,
  type InstanceTarget,
  type WaitOptions,
  waitUntilReady,
} from "./instance-creation";
export { inventory } from "./inventory";
export { sshConfig } from "./ssh-config";
export type { SshHost } from "./ssh-host";
