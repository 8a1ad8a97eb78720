import type { dynamic } from "@pulumi/pulumi";
import { ConnectionError } from "../../client";
import type { Properties } from "./check-properties";
import { daemon } from "./connection";
import { hasUnknown } from "./unknown";

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
