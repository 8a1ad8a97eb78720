import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";

/**
 * The daemon that this stack's resources are made by, for calls from the program itself. It is loaded no earlier,
 * since programs without such calls are spared it.
 */
export async function daemonOfStack(): Promise<Client> {
  const { connect } = await import("../client/index.js");
  const { choose } = await import("./hooks/connection.js");
  const config = new pulumi.Config("minicloud");
  const token = config.getSecret("token");
  const settings = {
    server: config.get("server"),
    token: token === undefined ? undefined : await plain(token),
  };
  return connect(choose(settings, process.env));
}

async function plain(token: pulumi.Output<string>): Promise<string> {
  return await new Promise((resolve) => void token.apply(resolve));
}
