import type { Stats } from "node:fs";
import { constants, type FileHandle, open } from "node:fs/promises";
import type { z } from "zod";
import { errnoOf } from "../../../protocol/errno";
import { MccError, messageOf } from "../../../protocol/error";
import { allowed } from "../../../protocol/validate";

/** The result of reading one of the daemon's own files. A damaged one never ends the daemon. */
export type Reading<T> =
  | { readonly outcome: "read"; readonly value: T }
  | { readonly outcome: "missing" }
  | { readonly outcome: "damaged"; readonly reason: string };

/** The daemon writes no larger files. */
const defaultMostBytes = 16 * 1024 * 1024;
/** The number of a schema's errors that are reported. */
const mostReasons = 3;
const longestReason = 300;

/** Errors of the process or the machine. The file may be intact. */
const notTheFiles = ["EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EINTR"];

const kinds: readonly [(stats: Stats) => boolean, string][] = [
  [(stats) => stats.isDirectory(), "a folder"],
  [(stats) => stats.isSymbolicLink(), "a symbolic link"],
  [(stats) => stats.isFIFO(), "a FIFO"],
  [(stats) => stats.isSocket(), "a socket"],
];

/** `a folder`, `a symbolic link`, … */
export function kindOf(stats: Stats): string {
  return kinds.find(([is]) => is(stats))?.[1] ?? (stats.isFile() ? "a file" : "a device");
}

/**
 * Reads a file without following a symbolic link and without waiting for the writer of a FIFO.
 *
 * @throws errors of the process or the machine, such as too few file descriptors, which say nothing about the file.
 */
export async function readKeptBytes(path: string, mostBytes = defaultMostBytes): Promise<Reading<Buffer>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) {
      return damaged(`it is ${kindOf(stats)}, not a file`);
    }
    if (stats.size > mostBytes) {
      return damaged(`it has ${stats.size} bytes, and at most ${mostBytes} are expected`);
    }
    return { outcome: "read", value: await file.readFile() };
  } catch (error) {
    return readingOf(error);
  } finally {
    await file?.close();
  }
}

/** Like `readKeptBytes`, for a text. */
export async function readKeptText(path: string, mostBytes?: number): Promise<Reading<string>> {
  const reading = await readKeptBytes(path, mostBytes);
  return reading.outcome === "read" ? { outcome: "read", value: reading.value.toString("utf8") } : reading;
}

/** Like `readKeptBytes`, for JSON that the schema allows. */
export async function readKeptJson<S extends z.ZodType>(
  path: string,
  schema: S,
  mostBytes = defaultMostBytes,
): Promise<Reading<z.output<S>>> {
  const text = await readKeptText(path, mostBytes);
  if (text.outcome !== "read") {
    return text;
  }
  if (/^\0*$/.test(text.value)) {
    return damaged(text.value === "" ? "it is empty" : "it contains only zeros");
  }
  let content: unknown;
  try {
    content = JSON.parse(text.value);
  } catch {
    // The parser's message quotes the content, which may be secret.
    return damaged("it is not JSON");
  }
  const parsed = schema.safeParse(content);
  return parsed.success ? { outcome: "read", value: parsed.data } : damaged(reasonOf(parsed.error.issues));
}

function damaged(reason: string): { readonly outcome: "damaged"; readonly reason: string } {
  return { outcome: "damaged", reason };
}

/** Quotes no value, because it may be secret. */
function reasonOf(issues: readonly z.core.$ZodIssue[]): string {
  const reasons = issues.slice(0, mostReasons).map((issue) => {
    const where = issue.path.map(String).join(".");
    return where === "" ? allowed(issue) : `${where}: ${allowed(issue)}`;
  });
  return asciiLine(`it has unexpected content: ${reasons.join("; ")}`);
}

/** Returns one line of ASCII that can be sent and logged, for any content of a damaged disk. */
export function asciiLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, longestReason);
}

function readingOf(error: unknown): Reading<never> {
  const code = errnoOf(error);
  if (MccError.isInstance(error) || notTheFiles.includes(code)) {
    throw error;
  }
  if (code === "ENOENT") {
    return { outcome: "missing" };
  }
  const kindByCode: Readonly<Record<string, string>> = {
    ELOOP: "it is a symbolic link, not a file",
    ENXIO: "it is a socket or a device, not a file",
    ENOTDIR: "its parent folder is not a folder",
  };
  return damaged(kindByCode[code] ?? asciiLine(`it cannot be read: ${messageOf(error)}`));
}
