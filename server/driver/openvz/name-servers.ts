import { isIP } from "node:net";
import type { Variables } from "./configuration/file";

/** Returns the name servers in a container's configuration. */
export function nameserversIn(variables: Variables): string[] {
  return (variables.get("NAMESERVER") ?? "").split(/\s+/).filter((word) => isIP(word) !== 0);
}

/** Returns the options of `vzctl set` for these name servers. */
export function nameserverOptions(nameservers: readonly string[]): string[] {
  return nameservers.flatMap((address) => ["--nameserver", address]);
}
