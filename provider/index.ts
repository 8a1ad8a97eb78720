export type { FleetStatus } from "../protocol/methods/fleet-state";
export type { InstanceStatus, PlainReadiness } from "../protocol/methods/instance-state";
export { Fleet, type FleetArgs, type FleetHost } from "./fleet";
export * from "./functions";
export type { Duration, HostArgs, Rung, Timeouts } from "./host-args";
export { Instance, type InstanceArgs } from "./instance";
export { Key, type KeyArgs } from "./key";
