import * as pulumi from "@pulumi/pulumi";
import type * as clientModule from "../client";
import type * as connectionModule from "./hooks/sdk/connection";

/**
 * The daemon that this stack's resources are made by, for calls from the program itself. It is loaded no earlier,
 * since programs without such calls are spared it.
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

/** Not by `import()`, which fails where a test framework such as jest runs modules in a context of its own. */
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
