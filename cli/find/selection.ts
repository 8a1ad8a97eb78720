import * as z from "zod";
import { MccError } from "../../protocol/error";
import { noOrganization, ownerKeys } from "../../protocol/methods/values/owner";
import { shortList } from "../output/short-list";
import { labelPair } from "../parameters/label";
import { fleetName } from "../parameters/values";

/** Selects instances by their stack and labels. */

const stack = z
  .string()
  .regex(/^([^/]+\/)?[^/]+\/[^/]+$/, "give PROJECT/STACK or ORGANIZATION/PROJECT/STACK")
  .transform((written) => {
    const [stackName = "", project = "", organization] = written.split("/").reverse();
    return {
      ...(organization === undefined ? {} : { [ownerKeys.organization]: organization }),
      [ownerKeys.project]: project,
      [ownerKeys.stack]: stackName,
    };
  });

export const selectionOptions = {
  label: {
    syntax: "-l, --label <KEY=VALUE>",
    help: "select instances with this label; repeat to require several",
    value: z.array(labelPair).default([]),
    several: true,
  },
  stack: {
    syntax: "--stack <PROJECT/STACK>",
    help: "select instances of this Pulumi stack; also ORGANIZATION/PROJECT/STACK",
    value: stack.optional(),
  },
} as const;

/** Selects the members of one fleet. */
export const memberOption = {
  fleet: {
    syntax: "-f, --fleet <FLEET>",
    help: "select members of this fleet",
    value: fleetName.optional(),
    names: ["fleet"],
  },
} as const;

export interface Selection {
  readonly label: readonly Record<string, string>[];
  readonly stack?: Record<string, string> | undefined;
}

/** Returns a line for each key that the selection requires with two values. */
export function contradictions(chosen: Selection): string[] {
  const wanted = wantedLabels(chosen);
  return pairsOf(chosen)
    .filter(([key, value]) => wanted[key] !== value)
    .map(([key, value]) => `no instance has both ${key}=${value} and ${key}=${wanted[key]}`);
}

/** Returns the labels that an instance must have to be selected. */
export function wantedLabels(chosen: Selection): Record<string, string> {
  return Object.fromEntries(pairsOf(chosen));
}

function pairsOf({ label, stack = {} }: Selection): [string, string][] {
  return [...label, stack].flatMap((labels) => Object.entries(labels));
}

/**
 * Refuses PROJECT/STACK if several organizations have a stack of that name.
 *
 * @param found the instances and fleets with the labels of the stack.
 * @throws MccError `conflict` if they belong to several organizations, and none was given.
 */
export function refuseAmbiguous(
  stack: Record<string, string> | undefined,
  found: readonly { readonly labels: Readonly<Record<string, string>> }[],
): void {
  const { organization, project, stack: stackKey } = ownerKeys;
  if (stack === undefined || stack[organization] !== undefined) {
    return;
  }
  const written = `${stack[project]}/${stack[stackKey]}`;
  const names = new Set(found.map(({ labels }) => `${labels[organization] ?? noOrganization}/${written}`));
  if (names.size > 1) {
    throw new MccError(
      "conflict",
      `Several stacks have the name ${written}: ${shortList([...names].sort())}; give ORGANIZATION/PROJECT/STACK.`,
    );
  }
}
