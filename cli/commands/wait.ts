import { type Client, connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/instance";
import { command } from "../command";
import { findInstances, targetOf, titleOf } from "../find-instances";
import { onEach } from "../on-each";
import { print } from "../output/print";
import { wholeNumber } from "../values";

import { someInstances } from "../words";

/** What the daemon waits in one call at most. */
const longestCallSeconds = 60;

export const wait = command({
  name: "wait",
  summary: "Wait until instances are up, or have failed",
  options: {
    timeout: {
      syntax: "--timeout <SECONDS>",
      help: "how long to wait (default: 120)",
      value: wholeNumber(0, 86_400).default(120),
    },
  },
  arguments: { instances: someInstances },
  examples: [["wait web db", "after run-instances --no-wait"]],
  run: async ({ instances, timeout }) => {
    const client = connect();
    const deadlineMs = Date.now() + timeout * 1000;
    await onEach(await findInstances(client, instances), async (instance) => {
      const { status } = await waitFor(client, instance, deadlineMs);
      print(`${titleOf(instance)} ${status}`);
    });
  },
});

async function waitFor(client: Client, wanted: Instance, deadlineMs: number): Promise<Instance> {
  for (;;) {
    const leftSeconds = Math.max(0, Math.ceil((deadlineMs - Date.now()) / 1000));
    const { ready, instance } = await client.call("instance.wait", {
      ...targetOf(wanted),
      timeoutSeconds: Math.min(leftSeconds, longestCallSeconds),
    });
    if (ready && instance.status === "running") {
      return instance;
    }
    if (ready) {
      throw new MccError("conflict", `Instance ${titleOf(instance)} is ${instance.status}; start it first.`);
    }
    if (leftSeconds === 0) {
      throw new MccError("timeout", `Instance ${titleOf(wanted)} is still ${instance.status}.`);
    }
  }
}
