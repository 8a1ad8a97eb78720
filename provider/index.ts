/**
 * Declares disposable hosts as Pulumi resources: {@link Instance}, {@link Fleet} and {@link Key}.
 *
 * The resources and functions use the daemon of the configuration `minicloud:server` and `minicloud:token`, over which the
 * environment variables `MCC_SERVER` and `MCC_TOKEN` take precedence. Default: the daemon of this machine.
 *
 * @module minicloud
 */
export type { FleetStatus } from "../protocol/types/fleet";
export type { InstanceStatus } from "../protocol/types/instance";
export type { CommandRung, HttpRung, PlainReadiness, Rung, TcpRung } from "../protocol/types/readiness";
export { Fleet, type FleetArgs, type FleetHost } from "./fleet";
export * from "./functions";
export type { Duration, HostArgs, Timeouts } from "./host-args";
export { Instance, type InstanceArgs } from "./instance";
export { Key, type KeyArgs } from "./key";
