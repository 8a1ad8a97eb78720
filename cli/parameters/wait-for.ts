import * as z from "zod";
import { type Rung, type RungKind, rungSchema } from "../../protocol/methods/values/readiness";

type Parts = Readonly<Record<string, string | undefined>>;

/** The form of one kind of rung on the command line. The schema checks the values afterwards. */
interface WrittenForm {
  readonly syntax: string;
  readonly pattern: RegExp;
  readonly rung: (parts: Parts) => unknown;
}

function word(name: RungKind): WrittenForm {
  return { syntax: name, pattern: new RegExp(`^${name}$`), rung: () => name };
}

/** The forms of all rungs. A command extends to the end of the text, so its row is the last. */
const writtenForms: Readonly<Record<RungKind, WrittenForm>> = {
  running: word("running"),
  address: word("address"),
  ssh: word("ssh"),
  tcp: {
    syntax: "tcp:PORT",
    pattern: /^tcp:(?<port>\d{1,9})$/,
    rung: ({ port }) => ({ tcp: Number(port) }),
  },
  http: {
    syntax: "http:[PORT]/PATH[=STATUS]",
    pattern: /^http:(?<port>\d{1,9})?(?<path>\/(?!\/).*?)(=(?<status>\d{3}))?$/,
    rung: ({ port, path, status }) => ({ http: path, port: number(port), status: number(status) }),
  },
  command: {
    syntax: "command:SHELL-COMMAND",
    pattern: /^command:(?<script>.+)$/s,
    rung: ({ script }) => ({ command: ["/bin/sh", "-c", script] }),
  },
};

const forms = Object.values(writtenForms);
const syntaxes = forms.map(({ syntax }) => syntax);
const choice = `${syntaxes.slice(0, -1).join(", ")} or ${syntaxes.at(-1)}`;

const message = `give ${choice}; separate several by commas, with the command last`;

const rungsText = z.string().transform((written, context): Rung[] => {
  const rungs = split(written).map(rungOf);
  if (rungs.length > 0 && rungs.every((rung) => rung !== undefined)) {
    return rungs;
  }
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The option for readiness conditions, in a short form for the command line. */
export const waitForOption = {
  syntax: "--wait-for <RUNGS>",
  help: `readiness conditions: ${choice}; separate several by commas, or repeat the option (default: ssh, or running if the image has no SSH server)`,
  value: z
    .array(rungsText)
    .transform((lists) => lists.flat())
    .optional(),
  several: true,
} as const;

/** Splits at commas, except inside of a command, which extends to the end of the text. */
function split(written: string): string[] {
  const [, list = "", command] = /^(.*?)(?:(?:^|,)(command:.*))?$/s.exec(written) ?? [];
  return [...(list === "" ? [] : list.split(",")), ...(command === undefined ? [] : [command])];
}

function rungOf(written: string): Rung | undefined {
  for (const { pattern, rung } of forms) {
    const match = pattern.exec(written);
    if (match !== null) {
      return rungSchema.safeParse(rung(match.groups ?? {})).data;
    }
  }
  return undefined;
}

function number(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
