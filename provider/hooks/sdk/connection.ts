import type { dynamic } from "@pulumi/pulumi";
import { type Client, connect } from "../../../client";

interface Settings {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
}

let settings: Settings = {};
let client: Client | undefined;

/**
 * Keeps the stack's configuration. It looks at nothing yet: the SDK does not wait for it before it calls other
 * hooks, and ignores its failure.
 */
export function configureConnection(config: dynamic.Config): void {
  settings = { server: config.get("minicloud:server"), token: config.get("minicloud:token") };
  client = undefined;
}

/** The daemon of this stack. @throws MccError `invalid` for an address that is none. */
export function daemon(): Client {
  client ??= connect(choose(settings, process.env));
  return client;
}

/**
 * The environment wins: after a token was changed, `pulumi destroy` still comes with the old configuration.
 * A token configured along with a server is for that server alone.
 */
export function choose(configured: Settings, { MCC_SERVER, MCC_TOKEN }: NodeJS.ProcessEnv): Settings {
  const server = MCC_SERVER || configured.server;
  const isForeign = configured.server !== undefined && server !== configured.server;
  return { server, token: MCC_TOKEN || (isForeign ? undefined : configured.token) };
}
