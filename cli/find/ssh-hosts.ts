import * as z from "zod";
import type { Client } from "../../client/client";
import { jumpHostFor } from "../../client/ssh/jump-host";
import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/methods/instance";
import type { Io } from "../io";
import { instanceText } from "../parameters/values";
import { accessOptions } from "../ssh/access";
import { findFleets } from "./fleets";
import { findInstances, titleOf } from "./instances";
import { memberOption, type Selection, selectionOptions, wantedLabels } from "./selection";

/** The options that select hosts for the configuration of another program. */
export const sshHostOptions = {
  ...selectionOptions,
  ...memberOption,
  jump: accessOptions.jump,
} as const;

/** The argument that names hosts. */
export const sshHostArguments = {
  instances: {
    syntax: "[INSTANCE...]",
    help: "ids or names of instances (default: all running instances)",
    value: z.array(instanceText).default([]),
    names: ["instance"],
  },
} as const;

interface Wanted extends Selection {
  readonly instances: readonly string[];
  readonly fleet: string | undefined;
}

/** Returns a line if instances are both named and selected. */
export function mixedSelection({ instances, label, stack, fleet }: Wanted): string[] {
  const isSelected = label.length > 0 || stack !== undefined || fleet !== undefined;
  return isSelected && instances.length > 0
    ? ["name instances, or select them with --fleet, --label and --stack; not both"]
    : [];
}

/**
 * Returns the named instances, or the running ones that are selected. Notes if these are none.
 *
 * @throws MccError `not-found`; `conflict` for a named instance whose SSH host key is unknown.
 */
export async function findSshHosts(io: Io, client: Client, wanted: Wanted): Promise<Instance[]> {
  if (wanted.instances.length > 0) {
    const named = await findInstances(client, wanted.instances);
    named.forEach(refuseKeyless);
    return named;
  }
  const { fleet } = wanted;
  if (fleet !== undefined) {
    await findFleets(client, [fleet]);
  }
  const selected = await client.call("instance.list", { labels: wantedLabels(wanted) });
  const found = selected.filter(
    (each) =>
      each.status === "running" &&
      each.sshHostKey !== "" &&
      (fleet === undefined || each.fleet?.name === fleet),
  );
  if (found.length === 0) {
    io.note("No running instance was found, so the file has no hosts.");
  }
  return found;
}

/** Returns the jump host that the user gave, by an option or by MCC_JUMP_HOST; by default what the daemon announces. */
export async function jumpTo(io: Io, client: Client, given: string | undefined): Promise<string | undefined> {
  const { sshJump } = await client.info();
  return await jumpHostFor(client.server, given ?? io.environment.MCC_JUMP_HOST, sshJump);
}

function refuseKeyless(instance: Instance): void {
  if (instance.sshHostKey === "") {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is ${instance.status} and has no known SSH host key; name others, or run mcc wait ${instance.id} first.`,
    );
  }
}
