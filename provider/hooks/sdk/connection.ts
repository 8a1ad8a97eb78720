import type { dynamic } from "@pulumi/pulumi";
import { type Client, connect, jumpHostFor } from "../../../client";
import { proxyCommand } from "../../../client/ssh/jump-host";

/** The settings that apply to one server only. */
const credentialNames = ["token", "ca", "certificate", "certificateKey"] as const;

/** The environment variable of each setting. */
const variables = {
  token: "MCC_TOKEN",
  ca: "MCC_CA",
  certificate: "MCC_CERTIFICATE",
  certificateKey: "MCC_CERTIFICATE_KEY",
} as const satisfies Record<(typeof credentialNames)[number], string>;

type Settings = { readonly [N in "server" | (typeof credentialNames)[number]]?: string | undefined };

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
    ...readSettings((name) => config.get(`minicloud:${name}`)),
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
  const { sshJump } = await daemon().info();
  return await jumpHostFor(daemon().server, chosenJumpHost(), sshJump);
}

/** The environment has priority, as for the server: it can differ from machine to machine. */
function chosenJumpHost(): string | undefined {
  return process.env.MCC_JUMP_HOST || settings.jumpHost;
}

/** Reads the settings of a stack. @param get returns the value of a name without its namespace. */
export function readSettings(get: (name: string) => string | undefined): Settings {
  return Object.fromEntries(["server", ...credentialNames].map((name) => [name, get(name)]));
}

/**
 * Chooses the server and the credentials. The environment has priority, because after a change of the token `pulumi
 * destroy` still has the old configuration. Configured credentials apply only to the configured server.
 */
export function choose(configured: Settings, environment: NodeJS.ProcessEnv): Settings {
  const server = environment.MCC_SERVER || configured.server;
  const isForeign = configured.server !== undefined && server !== configured.server;
  const chosen = (name: (typeof credentialNames)[number]): string | undefined =>
    environment[variables[name]] || (isForeign ? undefined : configured[name]);
  return {
    server,
    token: chosen("token"),
    ca: chosen("ca"),
    certificate: chosen("certificate"),
    certificateKey: chosen("certificateKey"),
  };
}
