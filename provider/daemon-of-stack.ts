import * as pulumi from "@pulumi/pulumi";
import type * as clientModule from "../client";
import type * as connectionModule from "./hooks/sdk/connection";

/**
 * Connects to the daemon of this stack, for calls from the program itself. The client is loaded lazily, because most
 * programs have no such calls.
 */
export async function daemonOfStack(): Promise<clientModule.Client> {
  const { connect, choose, readSettings } = load();
  const config = new pulumi.Config("minicloud");
  const secrets = new Map<string, string>();
  for (const name of ["token", "certificateKey"]) {
    const secret = config.getSecret(name);
    if (secret !== undefined) {
      secrets.set(name, await plain(secret));
    }
  }
  const settings = readSettings((name) => secrets.get(name) ?? config.get(name));
  return connect(choose(settings, process.env));
}

/** Loads the client by `require`, because `import()` fails in the module contexts of frameworks such as jest. */
function load(): Pick<typeof clientModule, "connect"> &
  Pick<typeof connectionModule, "choose" | "readSettings"> {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { connect } = require("../client") as typeof clientModule;
  const { choose, readSettings } = require("./hooks/sdk/connection") as typeof connectionModule;
  /* eslint-enable @typescript-eslint/no-require-imports */
  return { connect, choose, readSettings };
}

async function plain(token: pulumi.Output<string>): Promise<string> {
  return await new Promise((resolve) => void token.apply(resolve));
}
