import * as pulumi from "@pulumi/pulumi";
import type * as clientModule from "../client";
import type * as connectionModule from "./hooks/sdk/connection";

/**
 * Connects to the daemon of this stack, for calls from the program itself. The client is loaded lazily, because most
 * programs have no such calls.
 */
export async function daemonOfStack(): Promise<clientModule.Client> {
  const { connect, choose } = load();
  const config = new pulumi.Config("minicloud");
  const token = config.getSecret("token");
  const settings = {
    server: config.get("server"),
    token: token === undefined ? undefined : await plain(token),
  };
  return connect(choose(settings, process.env));
}

/** Loads the client by `require`, because `import()` fails in the module contexts of frameworks such as jest. */
function load(): Pick<typeof clientModule, "connect"> & Pick<typeof connectionModule, "choose"> {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { connect } = require("../client") as typeof clientModule;
  const { choose } = require("./hooks/sdk/connection") as typeof connectionModule;
  /* eslint-enable @typescript-eslint/no-require-imports */
  return { connect, choose };
}

async function plain(token: pulumi.Output<string>): Promise<string> {
  return await new Promise((resolve) => void token.apply(resolve));
}
