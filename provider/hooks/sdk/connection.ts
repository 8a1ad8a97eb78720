import type { dynamic } from "@pulumi/pulumi";
import { type Client, connect, jumpHostFor } from "../../../client";
import { proxyCommand } from "../../../client/ssh/jump-host";

interface Settings {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
}

interface StackSettings extends Settings {
  readonly jumpHost?: string | undefined;
}

let settings: StackSettings = {};
let client: Client | undefined;

/**
 * Stores the stack's configuration. It checks nothing, because the SDK does not wait for it before it calls other
 * hooks, and ignores its failure.
 */
export function configureConnection(config: dynamic.Config): void {
  settings = {
    server: config.get("minicloud:server"),
    token: config.get("minicloud:token"),
    jumpHost: config.get("minicloud:jumpHost"),
  };
  client = undefined;
}

/** Returns the client of this stack's daemon. @throws MccError `invalid` for an invalid address or jump host. */
export function daemon(): Client {
  if (client === undefined) {
    // Before any change, because the outputs that need it are made afterwards.
    proxyCommand(chosenJumpHost());
    client = connect(choose(settings, process.env));
  }
  return client;
}

/** Returns the jump host for SSH configurations of this stack's hosts, or undefined if this machine connects itself. */
export async function jumpHostOfStack(): Promise<string | undefined> {
  return await jumpHostFor(daemon().server, chosenJumpHost());
}

/** The environment has priority, as for the server: it can differ from machine to machine. */
function chosenJumpHost(): string | undefined {
  return process.env.MCC_JUMP_HOST || settings.jumpHost;
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
