import { randomUUID } from "node:crypto";
import * as z from "zod";
import { createInstance } from "../../../client/workflows/create-instance";
import { requireIsolation } from "../../../client/workflows/require-isolation";
import { requirePlacement } from "../../../client/workflows/require-placement";
import type { Instance } from "../../../protocol/methods/instance";
import { hostnameSchema, instanceNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { onEach } from "../../find/on-each";
import { RequestedInstances } from "../../find/requested-instances";
import { newTtl } from "../../find/require-quotas";
import { withSuggestion } from "../../find/subjects";
import { onInterrupt } from "../../on-interrupt";
import { instanceColumns } from "../../output/instance-columns";
import { formOptions, printListing } from "../../output/listing";
import { ProgressLine } from "../../output/progress-line";
import { creationOptions } from "../../parameters/creation";
import { numberedNames, refuseUnavailable, withMissingNames } from "../../parameters/instance-names";
import { isolateInstanceOption } from "../../parameters/isolate";
import { labelsOf, labelsOption } from "../../parameters/label";
import { readUserData, userDataOption } from "../../parameters/read-user-data";
import { wholeNumber } from "../../parameters/values";

/** How long to retry while the daemon restarts. It is short because a user waits. */
const patienceMs = 10_000;

/** The limit of --count, so that a typing error does not fill the host. */
const mostInstances = 1000;

const layout = {
  ...instanceColumns,
  classic: {
    heading: "\t\tID\tIP",
    line: ({ id, ipAddress }: Instance) => `INST\t${id}\t${ipAddress}`,
  },
};

const { image, type, keys, ...moreOptions } = creationOptions;

export const runInstances = command({
  name: "run-instances",
  summary: "Create instances and wait until they are ready",
  standalone: true,
  aliases: ["run"],
  options: {
    image,
    type,
    keys,
    name: {
      syntax: "-n, --name <NAME>",
      help: "name; with --count, NAME-1, NAME-2 and so on (default: mcc-ID)",
      value: instanceNameSchema.optional(),
    },
    count: {
      syntax: "-c, --count <COUNT>",
      help: "number of instances (default: 1)",
      value: wholeNumber(1, mostInstances).default(1),
    },
    label: labelsOption,
    ipAddress: {
      syntax: "--address <ADDRESS>",
      help: "IPv4 address of the instance, in the daemon's range (default: a free one)",
      value: z.ipv4("give an IPv4 address such as 198.18.0.7").optional(),
    },
    hostname: {
      syntax: "--hostname <HOSTNAME>",
      help: "host name of the instance, which can contain dots (default: its name)",
      value: hostnameSchema.optional(),
    },
    isolate: isolateInstanceOption,
    wait: { syntax: "--no-wait", help: "do not wait until they are ready", value: z.boolean() },
    userData: userDataOption,
    ...moreOptions,
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["run-instances -i debian-12 -t basic -k me -n web", "create one instance"],
    ["run-instances -k me -n node -c 20", "create node-1 to node-20 in parallel"],
    ["run-instances --ttl 2h -c 3", "create three instances that are destroyed after two hours"],
    ["run-instances -n db --address 198.18.0.7 -l role=db", "choose the address, and set a label"],
    ["run-instances --no-wait --quiet", "print the id without waiting"],
    [
      "run-instances --user-data setup.sh --wait-for ssh,http:8080/health",
      "run a script, then wait for its web server",
    ],
  ],
  check: ({ name, count, ipAddress, hostname }) => {
    const last = numberedNames(name, count).at(-1);
    const { error } = instanceNameSchema.optional().safeParse(last);
    return [
      ...(error === undefined
        ? []
        : [
            `--name is "${name}", and the last of ${count} instances would be "${last}": ${error.issues[0]?.message}`,
          ]),
      ...(count > 1 && ipAddress !== undefined ? ["--address is for one instance only; omit --count"] : []),
      ...(count > 1 && hostname !== undefined ? ["--hostname is for one instance only; omit --count"] : []),
    ];
  },
  run: async ({ name, count, label, wait, userData, quiet, json, classic, ...like }, io) => {
    const client = io.connect();
    await requireIsolation(client, like.isolate);
    const parameters = {
      ...like,
      labels: labelsOf(label),
      userData: await readUserData(io, userData),
      ...(await newTtl(client, like.ttlSeconds)),
    };
    const names = numberedNames(name, count);
    await requirePlacement(client, like);
    if (count > 1) {
      await refuseUnavailable(client, names);
    }
    const made: Instance[] = [];
    const progress = new ProgressLine(io, count, wait ? "instances ready" : "instances requested");
    const asked = new RequestedInstances(count, like.keepOnFailure);
    const make = async (
      each: string | undefined,
      onPending: (instance: Instance) => void,
    ): Promise<Instance> => {
      const creation = { ...parameters, name: each, clientToken: randomUUID() };
      return wait
        ? await createInstance(client, creation, {
            patienceMs,
            onPending,
            onWaiting: ({ name: which, waitingFor }) =>
              progress.detail(`${which} waits for ${waitingFor ?? "its turn"}`),
          })
        : await client.call("instance.create", creation);
    };
    const endOnInterrupt = onInterrupt(io, async () => {
      const words = await asked.lastWords();
      progress.clear();
      words.forEach((line) => io.note(line));
    });
    try {
      await onEach(names, async (each) => {
        made.push(await asked.ask((onPending) => make(each, onPending)));
        progress.add();
      });
    } catch (error) {
      const suggested = await withSuggestion(client, error, [
        { subject: "image", name: like.image },
        { subject: "type", name: like.type },
        { subject: "member", name: like.member },
        ...like.keys.map((key) => ({ subject: "key" as const, name: key })),
      ]);
      throw withMissingNames(suggested, names, made);
    } finally {
      endOnInterrupt();
      progress.clear();
      if (made.length > 0) {
        await printListing(io, client, made.sort(byName), { quiet, json, classic }, layout);
      }
    }
  },
});

/** Compares by name and number: node-9 comes before node-10. */
function byName({ name }: Instance, other: Instance): number {
  return name.localeCompare(other.name, "en", { numeric: true });
}
