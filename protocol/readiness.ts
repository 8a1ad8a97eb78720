import { z } from "zod";
import { plainReadinesses } from "./instance-state";

const portSchema = z.int().min(1).max(65_535);

/** One rung of the ladder that an instance climbs before it counts as ready. */
export const rungSchema = z.union(
  [
    z.enum(plainReadinesses),
    /** A server takes a connection at this port. */
    z.strictObject({ tcp: portSchema }),
    /** A web server answers a GET of the path with the status. */
    z.strictObject({
      http: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/, "a path begins with / and has no spaces")
        .max(2048),
      port: portSchema.default(80),
      status: z.int().min(100).max(599).default(200),
    }),
    /** A command, run as root in the instance, ends with 0. */
    z.strictObject({
      command: z
        .array(z.string().regex(/^[^\0]*$/, "an argument has no NUL character"))
        .min(1)
        .max(64),
    }),
  ],
  'expected "running", "address", "ssh", {tcp: port}, {http: path, port, status} or {command: [words]}',
);
export type Rung = z.infer<typeof rungSchema>;

/** One rung or several, as they are climbed, one after the other. */
export const waitForSchema = z
  .union(
    [rungSchema, z.array(rungSchema).min(1).max(16)],
    'expected "running", "address", "ssh", {tcp: port}, {http: path, port, status}, {command: [words]}, or a list of 1 to 16 of them',
  )
  .transform((given): Rung[] => (Array.isArray(given) ? given : [given]));

const longestCommandText = 80;

/** A rung in words, for messages, on one line: `ssh`, `tcp 80`, `http :80/health`. */
export function rungText(rung: Rung): string {
  if (typeof rung === "string") {
    return rung;
  }
  if ("tcp" in rung) {
    return `tcp ${rung.tcp}`;
  }
  return "http" in rung ? `http :${rung.port}${rung.http}` : `command ${shortened(rung.command.join(" "))}`;
}

/** The same without what the program gave in words of its own, which may be a secret: `http`, `command`. */
export function rungKind(rung: Rung): string {
  if (typeof rung === "string" || "tcp" in rung) {
    return rungText(rung);
  }
  return "http" in rung ? "http" : "command";
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > longestCommandText ? `${line.slice(0, longestCommandText)}…` : line;
}
