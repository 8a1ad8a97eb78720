import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { nearest } from "../../protocol/nearest";
import { confidential, describe, valueAt } from "../../protocol/validate";
import { hasUnknown } from "./sdk/unknown";

export type Properties = Record<string, unknown>;

interface Checked {
  /** The inputs with their defaults. An invalid value is unchanged. */
  readonly inputs: Properties;
  /** Every mistake. */
  readonly failures: dynamic.CheckFailure[];
}

/** The inputs that a resource's constructor and the SDK add to the arguments. */
const hidden = [
  ...["clientToken", "organization", "ownerUrn", "retainOnDelete"],
  ...["preview", "shownScript", "hideOutput", "__provider"],
];

/** Checks arguments, each by the schema of its name. Accepts values that are not known yet. */
export function checkProperties(schemas: Readonly<Record<string, z.ZodType>>, news: Properties): Checked {
  const inputs: Properties = {};
  const failures: dynamic.CheckFailure[] = [];
  for (const [property, schema] of Object.entries(schemas)) {
    const value = news[property] ?? undefined;
    const parsed = schema.safeParse(value);
    inputs[property] = parsed.success ? parsed.data : value;
    for (const issue of parsed.error?.issues ?? []) {
      const at = { ...issue, path: [property, ...issue.path] };
      if (!hasUnknown(valueAt(news, at.path))) {
        failures.push(
          // Names no property, because the engine would print its value.
          confidential.includes(property)
            ? { property: "", reason: `${property}: ${issue.message}` }
            : { property, reason: describe(at, news) },
        );
      }
    }
  }
  for (const property of Object.keys(news)) {
    if (!Object.hasOwn(schemas, property) && !hidden.includes(property)) {
      failures.push({ property, reason: noProperty(property, Object.keys(schemas)) });
    }
  }
  return { inputs: withoutUndefined(inputs), failures };
}

function noProperty(asked: string, names: readonly string[]): string {
  const near = nearest(asked, names);
  return `there is no property "${asked}"; ${near.length === 0 ? `use one of ${names.join(", ")}` : `did you mean ${near.join(" or ")}?`}`;
}

export function withoutUndefined(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
