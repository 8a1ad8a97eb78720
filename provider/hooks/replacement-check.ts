import type { dynamic } from "@pulumi/pulumi";
import { ConnectionError, MccError } from "../../client";
import type { Problem } from "../../protocol/methods/problem";
import type { Properties } from "./check-properties";
import { daemon } from "./sdk/connection";
import { hasUnknown } from "./sdk/unknown";

/**
 * Returns a failure if a replacement would fail after the old instance is destroyed, because its image does not exist.
 * A daemon that does not answer is not a mistake in the program.
 *
 * @param olds the current inputs of the resource. Empty for a new resource.
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
            reason: `there is no image "${image}" on the server; it has ${names.join(", ")}`,
          },
        ];
  } catch (error) {
    if (ConnectionError.isInstance(error)) {
      return [];
    }
    throw error;
  }
}

/** The arguments whose change replaces the instance or the fleet. */
const replacing = ["image", "ipAddress", "hostname", "userData", "namePrefix", "member", "group"];

/**
 * Returns all other reasons why a replacement would fail after the old object is destroyed, such as a name in use. A
 * preview does not check, because an address that another resource releases in the same `up` is still in use.
 *
 * @param olds as above. Also empty for a replacement by Pulumi itself, which is not checked, because a call for each
 * new resource would delay the others.
 * @param ask calls the daemon with the inputs that `check` returns.
 * @param names the names of properties whose parameters have other names in the daemon.
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
    // The operation itself reports failures of the daemon.
    if (MccError.isInstance(error)) {
      return [];
    }
    throw error;
  }
}

/** Refuses changes that would replace an adopted instance, because MiniCloud cannot create it again. */
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
          reason: `${property}: a change would replace the instance, but an adopted instance cannot be replaced; restore the old ${property}`,
        }));
}
