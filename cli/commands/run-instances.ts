import { randomUUID } from "node:crypto";
import { z } from "zod";
import { connect } from "../../client/client";
import { createInstance } from "../../client/instance-creation";
import { longestDurationSeconds } from "../../protocol/duration";
import type { Instance } from "../../protocol/instance";
import type { MethodParameters } from "../../protocol/method-table";
import { imageNameSchema, instanceNameSchema, typeNameSchema } from "../../protocol/name";
import { command } from "../command";
import { onEach } from "../on-each";
import { instanceLayout } from "../output/instance-layout";
import { formOptions, printListing } from "../output/listing";
import { ProgressLine } from "../output/progress-line";
import { readUserData, userDataOption } from "../read-user-data";
import { withSuggestion } from "../subjects";
import { duration, flag, keyNames, wholeNumber } from "../values";
import { waitForOption } from "../wait-for";

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
      value: imageNameSchema.optional(),
      names: "image",
    },
    type: {
      syntax: "-t, --instance-type <TYPE>",
      help: "what list-instance-types shows (default: basic)",
      value: typeNameSchema.optional(),
      names: "type",
    },
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key that list-keys shows; for several keys, give it several times",
      value: keyNames.default([]),
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
    waitFor: waitForOption,
    userData: userDataOption,
    timeout: {
      syntax: "--timeout <TIME>",
      help: "how long each may take to come up before it is undone, such as 90s or 5m (default: 2m)",
      value: duration(3600).optional(),
    },
    keepOnFailure: {
      syntax: "--keep-on-failure",
      help: "keep one that does not come up, for a look, until it is destroyed",
      value: flag,
    },
    ttl: {
      syntax: "--ttl <TIME>",
      help: "destroy each after this time, such as 45m or 2h, unless it is extended (default: never)",
      value: duration(longestDurationSeconds).optional(),
    },
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["run-instances -i debian-12 -t basic -k me -n web", "one instance"],
    ["run-instances -k me -n node -c 20", "node-1 to node-20, at once"],
    ["run-instances --ttl 2h -c 3", "gone in two hours, whatever happens"],
    ["run-instances --no-wait --quiet", "the id of one that is still coming up"],
    ["run-instances --user-data setup.sh --wait-for ssh,http:8080/health", "up when its server is"],
  ],
  run: async ({
    image,
    type,
    keys,
    name,
    count,
    wait,
    waitFor,
    userData,
    timeout,
    keepOnFailure,
    ttl,
    ...form
  }) => {
    const client = connect();
    const script = await readUserData(userData);
    const made: Instance[] = [];
    const progress = new ProgressLine(count, wait ? "instances up" : "instances on their way");
    const make = async (parameters: MethodParameters<"instance.create">): Promise<Instance> =>
      wait
        ? await createInstance(client, parameters, {
            patienceMs,
            onWaiting: ({ name: which, waitingFor }) =>
              progress.detail(`${which} waits for ${waitingFor ?? "its turn"}`),
          })
        : await client.call("instance.create", parameters);
    try {
      await onEach(numberedNames(name, count), async (each) => {
        const instance = await make({
          ...{ image, type, keys, waitFor, userData: script, readyTimeoutSeconds: timeout, keepOnFailure },
          ttlSeconds: ttl,
          name: each,
          clientToken: randomUUID(),
        });
        made.push(instance);
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
      if (made.length > 0) {
        printListing(made.sort(byName), form, layout);
      }
    }
  },
});

/** In the order of the numbers in their names: node-9 before node-10. */
function byName({ name }: Instance, other: Instance): number {
  return name.localeCompare(other.name, "en", { numeric: true });
}

/** `undefined` leaves the name to the daemon. */
function numberedNames(name: string | undefined, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) =>
    name === undefined || count === 1 ? name : `${name}-${index + 1}`,
  );
}
