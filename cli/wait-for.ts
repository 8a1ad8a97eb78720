import { z } from "zod";
import { plainReadinesses } from "../protocol/instance-state";
import { type Rung, rungSchema } from "../protocol/readiness";

/** What stands behind the word and its colon becomes a rung, which is checked after that. */
const forms: readonly { readonly pattern: RegExp; readonly rung: (parts: Parts) => unknown }[] = [
  {
    pattern: new RegExp(`^(?<word>${plainReadinesses.join("|")})$`),
    rung: ({ word }) => word,
  },
  { pattern: /^tcp:(?<port>\d{1,9})$/, rung: ({ port }) => ({ tcp: Number(port) }) },
  {
    pattern: /^http:(?<port>\d{1,9})?(?<path>\/(?!\/).*?)(=(?<status>\d{3}))?$/,
    rung: ({ port, path, status }) => ({ http: path, port: number(port), status: number(status) }),
  },
  {
    pattern: /^command:(?<script>.+)$/s,
    rung: ({ script }) => ({ command: ["/bin/sh", "-c", script] }),
  },
];

type Parts = Readonly<Record<string, string | undefined>>;

const message =
  "give running, address, ssh, tcp:PORT, http:[PORT]/PATH[=STATUS] or command:SHELL-COMMAND, several with commas between them, a command last";

const rungsText = z.string().transform((written, context): Rung[] => {
  const rungs = split(written).map(rungOf);
  if (rungs.length > 0 && rungs.every((rung) => rung !== undefined)) {
    return rungs;
  }
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** When instances count as up, in a form short enough for a command line. */
export const waitForOption = {
  syntax: "--wait-for <RUNGS>",
  help: "when they count as up: running, address, ssh, tcp:PORT, http:[PORT]/PATH[=STATUS] or command:SHELL-COMMAND, one after the other, with commas or given several times (default: ssh, or running for an image without an SSH server)",
  value: z
    .array(rungsText)
    .transform((lists) => lists.flat())
    .optional(),
  several: true,
} as const;

/** At commas, but for those of a command, which goes on to the end. */
function split(written: string): string[] {
  const [, list = "", command] = /^(.*?)(?:(?:^|,)(command:.*))?$/s.exec(written) ?? [];
  return [...(list === "" ? [] : list.split(",")), ...(command === undefined ? [] : [command])];
}

function rungOf(written: string): Rung | undefined {
  for (const { pattern, rung } of forms) {
    const groups = pattern.exec(written)?.groups;
    if (groups !== undefined) {
      return rungSchema.safeParse(rung(groups)).data;
    }
  }
  return undefined;
}

function number(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
