import { z } from "zod";
import { values } from "./values";

/** Everything that the root program does: see `root-program.ts`. */
export type Verb = keyof typeof verbs;

interface VerbRow {
  /** The words after the verb, as a regular expression. */
  readonly subject: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

const none = z.undefined();
/** For a verb without a result. */
const nothing = z.unknown();
const bytes = z.base64();
const image = z.object({ name: z.string(), sizeBytes: z.number(), createdAt: z.string() });

const ofContainer = <Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output) => ({
  subject: `(${values.number}|${values.uuid})`,
  input,
  output,
});

export const verbs = {
  /** Reserves an id on which nothing exists. */
  claim: ofContainer(none, z.boolean()),
  release: ofContainer(none, nothing),
  "is-plain": ofContainer(none, z.boolean()),
  "give-root": ofContainer(none, nothing),
  "write-root": ofContainer(
    z.array(
      z.strictObject({ path: z.string(), mode: z.int(), content: bytes, folderMode: z.int().optional() }),
    ),
    nothing,
  ),
  "read-root": ofContainer(z.strictObject({ path: z.string(), maxBytes: z.int() }), bytes.nullable()),
  "find-in-root": ofContainer(z.array(z.string()), z.boolean()),
  "begin-destroy": ofContainer(none, z.string().nullable()),
  "finish-destroy": ofContainer(z.strictObject({ identity: z.string().nullable() }), nothing),
  "remove-run": ofContainer(none, nothing),
  "find-earlier": {
    subject: `${values.hex32} ${values.hex16}`,
    input: none,
    output: z.array(z.object({ id: z.int(), group: z.int() })),
  },
  "end-earlier": {
    subject: `${values.hex32} ${values.hex16} ${values.pid} ${values.pid}`,
    input: none,
    output: nothing,
  },
  /** Kills the process group of a command that the user started through sudo. */
  kill: { subject: values.pid, input: none, output: nothing },
  /** Reads the archive from standard input. The numbers are limits, see `ArchiveLimits`. */
  "import-image": {
    subject: `${values.name}( [0-9]+)*`,
    input: none,
    output: image,
  },
  "remove-image": { subject: values.name, input: none, output: z.boolean() },
  "clear-images": { subject: "", input: none, output: nothing },
  "purge-images": { subject: "", input: none, output: nothing },
} as const satisfies Record<string, VerbRow>;

export const verbNames = Object.keys(verbs) as Verb[];

/** A call of the root program. */
export const callSchema = z.strictObject({
  call: z.int(),
  verb: z.enum(verbNames),
  subject: z.array(z.string()),
  input: z.unknown().optional(),
});

/** The answer of the root program to a call. */
export const replySchema = z.union([
  z.strictObject({ call: z.int(), error: z.strictObject({ fault: z.int(), message: z.string() }) }),
  z.strictObject({ call: z.int(), result: z.unknown() }),
]);
export type Reply = z.input<typeof replySchema>;
