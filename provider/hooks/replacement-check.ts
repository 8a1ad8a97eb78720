import type { dynamic } from "@pulumi/pulumi";
import { ConnectionError, MccError } from "../../client";
import type { Problem } from "../../protocol/methods/problem";
import type { Properties } from "./check-properties";
import { daemon } from "./sdk/connection";
import { hasUnknown } from "./sdk/unknown";

/**
 * What would make a replacement fail after what is there was destroyed. It is the one thing for which a check asks the
 * daemon; one that does not answer is no mistake of the program's.
 *
 * @param olds inputs of the resource as it is; empty for one that is to be made.
 */
export async function replacementFailures(
  olds: Properties,
  { image }: Properties,
): Promise<dynamic.CheckFailure[]> {
  if (olds.image === undefined || typeof image !== "string" || image === olds.image || hasUnknown(image)) {
    return [];
  }
  try {
    const names = (await daemon().call("image.list", {})).map(({ name }) => name);
    return names.includes(image)
      ? []
      : [
          {
            property: "image",
            reason: `there is no image "${image}" on the server, which has: ${names.join(", ")}`,
          },
        ];
  } catch (error) {
    if (ConnectionError.isInstance(error)) {
      return [];
    }
    throw error;
  }
}

/** The arguments a change of which replaces what there is. */
const replacing = ["image", "ipAddress", "hostname", "userData", "namePrefix"];

/**
 * What else would make a replacement fail after what is there was destroyed: what it names is not there, or taken. A
 * preview asks nothing, as an address that another resource gives up in the same `up` is still taken then.
 *
 * @param olds as above; also empty for a replacement that Pulumi decides upon by itself, which is not checked: to ask for
 * each new resource would delay the others.
 * @param ask the daemon, with what `check` made of the arguments.
 * @param names what properties are called of which the daemon calls the parameters otherwise.
 */
export async function refusals(
  olds: Properties,
  news: Properties,
  checked: Properties,
  ask: () => Promise<{ problems: readonly Problem[] }>,
  names: Readonly<Record<string, string>> = {},
): Promise<dynamic.CheckFailure[]> {
  const isNew = Object.keys(olds).length === 0;
  const isReplaced =
    !isNew && replacing.some((name) => checked[name] !== undefined && checked[name] !== olds[name]);
  if (news.preview === true || hasUnknown(checked) || !isReplaced) {
    return [];
  }
  try {
    const { problems } = (await daemon().can("check")) ? await ask() : { problems: [] };
    return problems.map(({ parameter, message }) => ({
      property: "",
      reason: `${names[parameter] ?? (parameter || "addresses")}: ${message}`,
    }));
  } catch (error) {
    // What is wrong with the daemon the work itself tells.
    if (MccError.isInstance(error)) {
      return [];
    }
    throw error;
  }
}

/** What was adopted is not there a second time, and so cannot be replaced. */
export function adoptionFailures(
  adopt: unknown,
  replaces: readonly string[],
  inputs: Properties,
): dynamic.CheckFailure[] {
  return adopt === undefined
    ? []
    : replaces
        .filter((property) => !hasUnknown(inputs[property]))
        .map((property) => ({
          property: "",
          reason: `${property}: another one would replace the instance, and it was adopted, so that there is none to take its place; leave ${property} as it is`,
        }));
}
