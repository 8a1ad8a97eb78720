import * as pulumi from "@pulumi/pulumi";

/**
 * Whether the program runs in a unit test of its user's, under `pulumi.runtime.setMocks` of any copy of the SDK: a
 * linked checkout has a copy of its own, and so has a test after `jest.resetModules()`. All copies share the monitor
 * that the mocks are. A real one is a client of gRPC's and has a channel.
 */
export function isMocked(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor !== undefined && !("getChannel" in monitor);
}
