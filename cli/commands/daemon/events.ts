import * as z from "zod";
import { followEvents, requireEvents } from "../../../client/workflows/follow-events";
import { eventKinds, keptEvents, type MinicloudEvent } from "../../../protocol/methods/event";
import { command } from "../../command";
import { idOrName } from "../../find/instances";
import type { Io } from "../../io";
import { formOptions, type Layout, printListing } from "../../output/listing";
import { printable } from "../../output/printable";
import { labelPair, labelsOf } from "../../parameters/label";
import { flag, fleetName, instanceText, wholeNumber } from "../../parameters/values";

const defaultCount = 100;
/** Events that follow each other are written one by one, so their columns have a width in advance. */
const kindWidth = Math.max(...eventKinds.map((kind) => kind.length));

const layout: Layout<MinicloudEvent> = {
  columns: [
    { heading: "TIME", text: ({ time }) => timeText(time) },
    { heading: "EVENT", text: ({ kind }) => kind },
    { heading: "ID", text: ({ instance }) => String(instance?.id ?? "-") },
    { heading: "NAME", text: nameText },
    { heading: "ACCOUNT", text: ({ account = "-" }) => account, yields: true },
    { heading: "REASON", text: ({ reason = "" }) => reason, cuts: true },
  ],
  id: ({ id }) => id,
  owned: "events",
  classic: { line: ({ time, kind, instance }) => `EVENT\t${time}\t${kind}\t${instance?.id ?? ""}` },
};

export const events = command({
  name: "events",
  summary: "Show what happened to instances and fleets, and follow it",
  options: {
    follow: { syntax: "--follow", help: "print each event when it happens, until Ctrl-C", value: flag },
    instance: {
      syntax: "--instance <INSTANCE>",
      help: "only the events of this instance, by its name or id",
      value: instanceText.optional(),
    },
    fleet: {
      syntax: "--fleet <FLEET>",
      help: "only the events of this fleet and its members",
      value: fleetName.optional(),
    },
    kind: {
      syntax: "--kind <EVENT>",
      help: `only these events; repeat for several: ${eventKinds.join(", ")}`,
      value: z.array(z.enum(eventKinds)).default([]),
      several: true,
    },
    label: {
      syntax: "-l, --label <KEY=VALUE>",
      help: "only the events of what has this label; repeat for several labels",
      value: z.array(labelPair).default([]),
      several: true,
    },
    count: {
      syntax: "-c, --count <COUNT>",
      help: `number of past events; the latest are shown (default: ${defaultCount}; with --follow: 0)`,
      value: wholeNumber(0, keptEvents).optional(),
    },
    json: { ...formOptions.json, help: "print all fields as JSON; with --follow, one event per line" },
  },
  arguments: {},
  examples: [
    ["events", "show the latest events"],
    ["events --follow", "show each event when it happens"],
    ["events --kind died --kind failed", "show what went wrong"],
    ["events --follow --fleet web --json", "follow a fleet, for a program that reads lines of JSON"],
  ],
  run: async ({ follow, instance, fleet, kind, label, count, json }, io) => {
    const client = io.connect();
    await requireEvents(client);
    const filter = {
      ...(instance === undefined ? {} : { instance: idOrName(instance) }),
      ...(fleet === undefined ? {} : { fleet }),
      ...(kind.length === 0 ? {} : { kinds: kind }),
      ...(label.length === 0 ? {} : { labels: labelsOf(label) }),
    };
    const wanted = count ?? (follow ? 0 : defaultCount);
    const past = wanted === 0 ? [] : await client.call("event.list", { ...filter, limit: wanted });
    if (!follow) {
      await printListing(io, client, past, { json, quiet: false, classic: false }, layout);
      return;
    }
    const print = (event: MinicloudEvent): void => io.print(json ? JSON.stringify(event) : lineOf(event));
    past.forEach(print);
    noteOnce(io, json);
    for await (const event of followEvents(client, filter, { after: past.at(-1)?.id })) {
      print(event);
    }
  },
});

function noteOnce(io: Io, json: boolean): void {
  if (!json && io.stderr.isTTY === true) {
    io.note("Waiting for events; Ctrl-C ends.");
  }
}

/** Columns of fixed width, because later events are not known. */
function lineOf(event: MinicloudEvent): string {
  const { time, kind, instance, reason = "" } = event;
  const parts = [
    timeText(time),
    kind.padEnd(kindWidth),
    String(instance?.id ?? "-").padEnd(6),
    nameText(event),
  ];
  return printable([...parts, reason].join("  ").trimEnd());
}

function nameText({ instance, fleet }: MinicloudEvent): string {
  return instance?.name ?? fleet ?? "-";
}

function timeText(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}
