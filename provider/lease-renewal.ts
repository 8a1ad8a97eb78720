import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import { MccError, messageOf } from "../protocol/error";
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
      const reason = MccError.hasCode(error, "not-found")
        ? 'it is there no longer, as its time was over, or somebody destroyed it. Run "pulumi refresh", and the next "pulumi up" makes it again.'
        : messageOf(error);
      await pulumi.log.warn(`The ttl was not renewed: ${reason}`, resource);
    }
  });
}
