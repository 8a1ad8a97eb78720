export type { InstanceStatus, PlainReadiness } from "../protocol/instance-state";
export { Instance, type InstanceArgs } from "./instance";
export { Key, type KeyArgs } from "./key";
