import type { dynamic } from "@pulumi/pulumi";

/** A stack's configuration as hooks get it. */
export function stackConfig(values: Record<string, string> = {}): dynamic.ConfigureRequest {
  return {
    config: {
      get: (key) => values[key],
      require: (key) => values[key] ?? "",
    },
  };
}
