import type { Logger } from "pino";
import type { MccError } from "../../../protocol/error";
import { imageNameSchema } from "../../../protocol/methods/values/name";
import type { Caller } from "../../cloud/access/caller";
import { answerable } from "./answerable";

export interface Call {
  readonly caller: Caller;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/** Long enough for every existing method. */
const longestLogged = 64;

/** Clients that keep a lease, or follow a command, call these every few seconds. */
const quiet: ReadonlySet<string> = new Set(["lease.renew", "instance.execRead", "instance.execWrite"]);

/**
 * Logs one line for a call: its caller, subject, duration and outcome. At the level debug, also one when it starts. Every
 * call goes through this function, also each call of a multicall.
 *
 * @throws MccError for every error of `work`.
 */
export async function logged<T>(log: Logger, call: Call, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const about = {
    method: call.name.slice(0, longestLogged),
    account: call.caller.account,
    ...subjectOf(call.parameters[0]),
  };
  const line = (outcome: string): object => ({
    ...about,
    ms: Math.round(performance.now() - started),
    outcome,
  });
  log.debug(about, "call starts");
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

/** Returns the instance, key or image of a call. No other parameters are logged or read. */
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

/** The message of an `invalid` quotes the parameters, which may contain a secret in the wrong place. */
function reasonOf({ code, message, confidential }: MccError): object {
  return code === "invalid" || confidential ? {} : { reason: message };
}
