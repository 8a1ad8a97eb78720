import type { dynamic } from "@pulumi/pulumi";

/** Returns a stack's configuration in the form that hooks receive. */
export function stackConfig(values: Record<string, string> = {}): dynamic.ConfigureRequest {
  return {
    config: {
      get: (key) => values[key],
      require: (key) => values[key] ?? "",
    },
  };
}
