import { createRequire } from "node:module";
import type * as grpcModule from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { engineAddress } from "./engine";

export interface EngineLog {
  /** In whose row it is shown. */
  readonly urn: string;
  readonly message: string;
  readonly severity: "INFO" | "WARNING";
  /** Whether it disappears with the next line. */
  readonly ephemeral: boolean;
}

let engine: EngineClient | undefined;

/** Resolves once the engine has it, or cannot be told: where there is no engine, and when it does not answer. */
export async function logToEngine({ urn, message, severity, ephemeral }: EngineLog): Promise<void> {
  if (engineAddress === undefined) {
    return;
  }
  const client = (engine ??= openEngine(`${engineAddress.host}:${engineAddress.port}`));
  const request = new LogRequest();
  request.setSeverity(LogSeverity[severity]);
  request.setUrn(urn);
  request.setMessage(message);
  request.setEphemeral(ephemeral);
  await new Promise<void>((resolve) => {
    client.log(request, () => resolve());
  });
}

function openEngine(address: string): EngineClient {
  // The SDK's own copy: this package does not depend on it.
  const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as typeof grpcModule;
  return new EngineClient(address, grpc.credentials.createInsecure());
}
