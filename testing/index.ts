/**
 * Creates hosts for a test in any test framework, and destroys them after it: {@link withFleet}.
 *
 * All errors of MiniCloud are instances of `MccError` of `minicloud/client`.
 *
 * @module minicloud/testing
 */
export { attachFleet } from "./attach-fleet";
export type { AttachedFleet, CommandOptions, CommandResult } from "./attached-fleet";
export type { FleetArgs, Host, TestArgs } from "./hosts";
export type { TestFleet } from "./test-fleet";
export type { Timeline } from "./timeline/timeline";
export { startFleet, withFleet } from "./with-fleet";
