import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import { daemonOfStack } from "./daemon-of-stack";
import { isMocked } from "./mocked";

/**
 * Has what a resource stands for live its whole time again, at every `pulumi up`: the engine itself does nothing
 * about a resource that is as it is to be. What fails is a warning, for the lease still has its time.
 */
export function renewLease<T>(
  resource: pulumi.Resource,
  target: { [P in keyof T]: pulumi.Output<T[P]> },
  extend: (daemon: Client, target: T) => Promise<unknown>,
): void {
  if (pulumi.runtime.isDryRun() || isMocked()) {
    return;
  }
  pulumi.output(target).apply(async (known) => {
    try {
      await extend(await daemonOfStack(), known as T);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await pulumi.log.warn(`The ttl was not renewed: ${reason}`, resource);
    }
  });
}
