import { createRequire } from "node:module";
import type * as grpcModule from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { engineAddress } from "./engine";

export interface EngineLog {
  /** The resource whose row shows the message. */
  readonly urn: string;
  readonly message: string;
  readonly severity: "INFO" | "WARNING";
  /** Whether the next message replaces it. */
  readonly ephemeral: boolean;
}

let engine: EngineClient | undefined;

/** Logs a message in the engine. It also resolves without an engine, or if the engine does not answer. */
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
  // The SDK's own copy, because this package does not depend on gRPC.
  const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as typeof grpcModule;
  return new EngineClient(address, grpc.credentials.createInsecure());
}
