import type { dynamic } from "@pulumi/pulumi";
import { type Client, connect } from "../../../client";

interface Settings {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
}

let settings: Settings = {};
let client: Client | undefined;

/**
 * Stores the stack's configuration. It checks nothing, because the SDK does not wait for it before it calls other
 * hooks, and ignores its failure.
 */
export function configureConnection(config: dynamic.Config): void {
  settings = { server: config.get("minicloud:server"), token: config.get("minicloud:token") };
  client = undefined;
}

/** Returns the client of this stack's daemon. @throws MccError `invalid` for an invalid address. */
export function daemon(): Client {
  client ??= connect(choose(settings, process.env));
  return client;
}

/**
 * Chooses the server and the token. The environment has priority, because after a change of the token `pulumi destroy`
 * still has the old configuration. A configured token applies only to the configured server.
 */
export function choose(configured: Settings, { MCC_SERVER, MCC_TOKEN }: NodeJS.ProcessEnv): Settings {
  const server = MCC_SERVER || configured.server;
  const isForeign = configured.server !== undefined && server !== configured.server;
  return { server, token: MCC_TOKEN || (isForeign ? undefined : configured.token) };
}
