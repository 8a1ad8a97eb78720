import { randomUUID } from "node:crypto";
import { z } from "zod";
import { connect } from "../../client/client";
import { createInstance } from "../../client/instance-creation";
import { type Instance, readinesses } from "../../protocol/instance";
import type { MethodParameters } from "../../protocol/method-table";
import { dottedNameSchema, instanceNameSchema } from "../../protocol/name";
import { command } from "../command";
import { onEach } from "../on-each";
import { instanceLayout } from "../output/instance-layout";
import { formOptions, printListing } from "../output/listing";
import { ProgressLine } from "../output/progress-line";
import { withSuggestion } from "../subjects";
import { keyName, wholeNumber } from "../values";

/** Long enough for a daemon that is being restarted; a person waits. */
const patienceMs = 10_000;

/** As many as a fleet is meant to have; it also keeps a mistyped count from filling the host. */
const mostInstances = 1000;

const layout = {
  ...instanceLayout,
  classic: {
    heading: "\t\tID\tIP",
    line: ({ id, ipAddress }: Instance) => `INST\t${id}\t${ipAddress}`,
  },
};

export const runInstances = command({
  name: "run-instances",
  summary: "Make instances, and wait until they can be used",
  standalone: true,
  options: {
    image: {
      syntax: "-i, --image <IMAGE>",
      help: "what list-images shows (default: micro)",
      value: dottedNameSchema.optional(),
      names: "image",
    },
    type: {
      syntax: "-t, --instance-type <TYPE>",
      help: "what list-instance-types shows (default: basic)",
      value: dottedNameSchema.optional(),
      names: "type",
    },
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key that list-keys shows; for several keys, give it several times",
      value: z.array(keyName).default([]),
      several: true,
      names: "key",
    },
    name: {
      syntax: "-n, --name <NAME>",
      help: "what to call it; of several, NAME-1, NAME-2 and so on (default: mcc-ID)",
      value: instanceNameSchema.optional(),
    },
    count: {
      syntax: "-c, --count <COUNT>",
      help: "how many (default: 1)",
      value: wholeNumber(1, mostInstances).default(1),
    },
    wait: { syntax: "--no-wait", help: "return at once, before they are up", value: z.boolean() },
    waitFor: {
      syntax: "--wait-for <STATE>",
      help: "when they count as up: running, or ssh, once they answer there (default: ssh)",
      value: z.enum(readinesses, `choose ${readinesses.join(" or ")}`).optional(),
    },
    timeout: {
      syntax: "--timeout <SECONDS>",
      help: "how long each may take to come up before it is undone (default: 120)",
      value: wholeNumber(1, 3600).optional(),
    },
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["run-instances -i debian-12 -t basic -k me -n web", "one instance"],
    ["run-instances -k me -n node -c 20", "node-1 to node-20, at once"],
    ["run-instances --no-wait --quiet", "the id of one that is still coming up"],
  ],
  run: async ({ image, type, keys, name, count, wait, waitFor, timeout, ...form }) => {
    const client = connect();
    const names = numberedNames(name, count);
    /** In the order of their names, with gaps for those that are not up, or will not be. */
    const made: (Instance | undefined)[] = names.map(() => undefined);
    const progress = new ProgressLine(count, wait ? "instances up" : "instances on their way");
    const make = async (parameters: MethodParameters<"instance.create">): Promise<Instance> =>
      wait
        ? await createInstance(client, parameters, { patienceMs })
        : await client.call("instance.create", parameters);
    try {
      await onEach([...names.entries()], async ([place, each]) => {
        made[place] = await make({
          ...{ image, type, keys, waitFor, readyTimeoutSeconds: timeout },
          name: each,
          clientToken: randomUUID(),
        });
        progress.add();
      });
    } catch (error) {
      throw await withSuggestion(client, error, [
        { subject: "image", name: image },
        { subject: "type", name: type },
        ...keys.map((key) => ({ subject: "key" as const, name: key })),
      ]);
    } finally {
      progress.clear();
      const rows = made.filter((instance) => instance !== undefined);
      if (rows.length > 0) {
        printListing(rows, form, layout);
      }
    }
  },
});

/** `undefined` leaves the name to the daemon. */
function numberedNames(name: string | undefined, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) =>
    name === undefined || count === 1 ? name : `${name}-${index + 1}`,
  );
}
