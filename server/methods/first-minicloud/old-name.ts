import { instanceNameSchema } from "../../../protocol/methods/values/name";

const longestName = 63;

/**
 * Returns the name of an instance for a name in vzctl's syntax: `My_web 1` becomes `my-web-1`. A name of digits, which
 * would look like an id, gets a prefix.
 *
 * @returns undefined for a name without usable characters; then the instance gets its name from its id.
 */
export function nameFromOld(name: string): string | undefined {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestName)
    .replace(/^-+|-+$/g, "");
  return (
    instanceNameSchema.safeParse(label).data ??
    (label === "" ? undefined : `mcc-${label}`.slice(0, longestName))
  );
}
