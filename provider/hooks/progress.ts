import { createRequire } from "node:module";
import type * as grpcModule from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { engineAddress } from "./engine";

const intervalMs = 1000;

let engine: EngineClient | undefined;

/**
 * Shows in the resource's own row how things stand, once a second. It disappears with the next line, and what
 * goes wrong with it does not matter.
 *
 * @returns ends it, with a last text where there was one before.
 */
export function reportProgress(urn: string, text: () => string): (last: string) => void {
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    show(urn, text());
  }, intervalMs).unref();
  return (last) => {
    clearInterval(timer);
    if (shown) {
      show(urn, last);
    }
  };
}

function show(urn: string, message: string): void {
  if (engineAddress === undefined) {
    return;
  }
  engine ??= openEngine(`${engineAddress.host}:${engineAddress.port}`);
  const request = new LogRequest();
  request.setSeverity(LogSeverity.INFO);
  request.setUrn(urn);
  request.setMessage(message);
  request.setEphemeral(true);
  engine.log(request, () => undefined);
}

function openEngine(address: string): EngineClient {
  // The SDK's own copy: this package does not depend on it.
  const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as typeof grpcModule;
  return new EngineClient(address, grpc.credentials.createInsecure());
}
