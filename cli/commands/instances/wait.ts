import { waitUntilReady } from "../../../client/workflows/create-instance";
import { MccError } from "../../../protocol/error";
import { command } from "../../command";
import { idOrName, titleOf } from "../../find/instances";
import { onEach } from "../../find/on-each";
import { withSuggestion } from "../../find/subjects";
import { someInstances } from "../../parameters/instance";
import { duration } from "../../parameters/values";

export const wait = command({
  name: "wait",
  summary: "Wait until instances are ready or have failed",
  options: {
    timeout: {
      syntax: "--timeout <TIME>",
      help: "time limit, for example 90s or 5m (default: 2m)",
      value: duration(86_400, 0).default(120),
    },
  },
  arguments: { instances: someInstances },
  examples: [["wait web db", "wait for instances that run-instances --no-wait created"]],
  run: async ({ instances, timeout }, io) => {
    const client = io.connect();
    const deadlineMs = Date.now() + timeout * 1000;
    await onEach([...new Set(instances)], async (text) => {
      try {
        // Not looked up first, because the daemon still knows why a removed instance failed.
        const instance = await waitUntilReady(
          client,
          { instance: idOrName(text) },
          { timeoutSeconds: (deadlineMs - Date.now()) / 1000 },
        );
        if (instance.status !== "running") {
          const { status, failure } = instance;
          const more = failure === undefined ? "; start it first." : `: ${failure}`;
          throw new MccError("conflict", `Instance ${titleOf(instance)} is ${status}${more}`);
        }
        io.print(`${titleOf(instance)} ${instance.status}`);
      } catch (error) {
        throw await withSuggestion(client, error, [{ subject: "instance", name: text }]);
      }
    });
  },
});
