import { instanceNameSchema } from "../../../protocol/methods/name";

const longestName = 63;

/**
 * What an instance is called that was asked for by a name as vzctl takes them: `My_web 1` becomes `my-web-1`, and a
 * name of digits, which would read as an id, gets something before them.
 *
 * @returns undefined for a name of which nothing is left, so that the instance is called after its id.
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
