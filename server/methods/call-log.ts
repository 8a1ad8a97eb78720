import type { Logger } from "pino";
import type { MccError } from "../../protocol/error";
import { imageNameSchema } from "../../protocol/methods/name";
import { answerable } from "./answerable";

export interface Call {
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/** Long enough for every name that there is. */
const longestLogged = 64;

/** Every client that keeps a lease calls these every few seconds. */
const quiet: ReadonlySet<string> = new Set(["lease.renew"]);

/**
 * Logs one line for a call: what it was about, how long it took, how it ended. At debug, one more at its begin.
 *
 * @throws MccError in place of whatever else `work` threw.
 */
export async function logged<T>(log: Logger, call: Call, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const about = { method: call.name.slice(0, longestLogged), ...subjectOf(call.parameters[0]) };
  const line = (outcome: string): object => ({
    ...about,
    ms: Math.round(performance.now() - started),
    outcome,
  });
  log.debug(about, "call begins");
  try {
    const result = await work();
    log[quiet.has(call.name) ? "debug" : "info"](line("ok"), "call");
    return result;
  } catch (error) {
    const known = answerable(error, log);
    log.info({ ...line(known.code), ...reasonOf(known) }, "call");
    throw known;
  }
}

/** Which instance, key or image a call is about. Nothing else of its parameters is logged, or looked at. */
function subjectOf(parameters: unknown): object {
  if (typeof parameters !== "object" || parameters === null) {
    return {};
  }
  const subject = ["instance", "name"]
    .filter((key) => Object.hasOwn(parameters, key))
    .map((key): [string, unknown] => [key, Reflect.get(parameters, key)])
    .filter(([, value]) => typeof value === "number" || isName(value));
  return Object.fromEntries(subject);
}

function isName(value: unknown): boolean {
  return typeof value === "string" && imageNameSchema.safeParse(value).success;
}

/** The message of an `invalid` quotes what came, which may be a secret in the wrong place. */
function reasonOf({ code, message, confidential }: MccError): object {
  return code === "invalid" || confidential ? {} : { reason: message };
}
