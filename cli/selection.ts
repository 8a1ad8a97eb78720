import { z } from "zod";
import { MccError } from "../protocol/error";
import { labelsSchema } from "../protocol/name";
import { ownerKeys } from "../protocol/owner";

/** What chooses instances by whose they are and what they carry. */

const label = z
  .string()
  .regex(/^[^=]+=/, "give KEY=VALUE, such as role=web")
  .transform((written) => {
    const split = written.indexOf("=");
    return { [written.slice(0, split)]: written.slice(split + 1) };
  })
  .pipe(labelsSchema);

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
    help: "only those that carry this label; of several, all",
    value: z.array(label).default([]),
    several: true,
    excludes: ["instance", "allOwners"],
  },
  stack: {
    syntax: "--stack <PROJECT/STACK>",
    help: "only those of this Pulumi stack; ORGANIZATION/PROJECT/STACK, too",
    value: stack.optional(),
    excludes: ["instance", "allOwners"],
  },
} as const;

/** The labels that an instance must carry to be chosen. @throws MccError `invalid` where none can carry them all. */
export function wantedLabels(chosen: {
  readonly label: readonly Record<string, string>[];
  readonly stack?: Record<string, string> | undefined;
}): Record<string, string> {
  const wanted = new Map<string, string>();
  for (const [key, value] of [...chosen.label, chosen.stack ?? {}].flatMap(Object.entries<string>)) {
    const other = wanted.get(key) ?? value;
    if (other !== value) {
      throw new MccError(
        "invalid",
        `No instance has both ${key}=${other} and ${key}=${value}; give one of them.`,
      );
    }
    wanted.set(key, value);
  }
  return Object.fromEntries(wanted);
}
