import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "./host-args";
import { isMocked } from "./mocked";

/**
 * Tells `check` whether what the script prints may be shown: hooks get secrets in the clear, as the engine does not
 * mark them for dynamic providers. A digest names the script that is no secret, so that one which a transform puts in
 * its place counts as a secret; it is empty where the script or a rung of the ladder is one.
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
