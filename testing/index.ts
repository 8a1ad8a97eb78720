export type { FleetArgs, Host } from "./hosts";
export type { CommandOptions, CommandResult, TestFleet } from "./test-fleet";
export { startFleet, withFleet } from "./with-fleet";
