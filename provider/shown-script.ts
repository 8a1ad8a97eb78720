import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "./host-args";
import { isMocked } from "./mocked";

/**
 * Tells `check` whether the output of the script can be shown. Hooks receive secrets in plain text, because the engine
 * does not mark them for dynamic providers. The input is the digest of a script that is not secret, so that another
 * script from a transform counts as a secret. It is empty if the script or a rung of waitFor is a secret.
 */
export function shownScript(
  { userData, waitFor }: Pick<HostArgs, "userData" | "waitFor">,
  { additionalSecretOutputs = [] }: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  if (pulumi.runtime.isDryRun() || isMocked()) {
    return {};
  }
  if (additionalSecretOutputs.some((name) => name === "userData" || name === "waitFor")) {
    return { shownScript: "" };
  }
  const given = pulumi.output({ userData, waitFor });
  const shown = pulumi.isSecret(given).then((isSecret) => (isSecret ? "" : given.apply(digestOf)));
  return { shownScript: pulumi.unsecret(pulumi.output(shown)) };
}

function digestOf({ userData = "" }: { userData?: string | undefined }): string {
  return createHash("sha256").update(userData).digest("hex");
}
