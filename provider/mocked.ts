import * as pulumi from "@pulumi/pulumi";

/**
 * Tells whether the program runs in a user's unit test, with `pulumi.runtime.setMocks` of any copy of the SDK. A linked
 * checkout has its own copy, and so has a test after `jest.resetModules()`. All copies share the mock monitor. A real
 * monitor is a gRPC client and has a channel.
 */
export function isMocked(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor !== undefined && !("getChannel" in monitor);
}
