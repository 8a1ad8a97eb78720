export type { InstanceStatus, Readiness } from "../client";
export { Instance, type InstanceArgs } from "./instance";
export { Key, type KeyArgs } from "./key";
