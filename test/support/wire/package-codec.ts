import { Readable } from "node:stream";
import Deserializer, { type MessageSource } from "xmlrpc/lib/deserializer";
import type { MethodCall } from "../../../protocol/wire/method-call";

/** Decodes a call with the `xmlrpc` package, which needs a stream. */
export async function decodeCallByPackage(xml: string): Promise<MethodCall> {
  return await new Promise((resolve, reject) => {
    new Deserializer().deserializeMethodCall(streamOf(xml), (error, method, parameters) =>
      error ? reject(error) : resolve({ method, parameters }),
    );
  });
}

/** Decodes an answer with the package. */
export async function decodeResponseByPackage(xml: string): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    new Deserializer().deserializeMethodResponse(streamOf(xml), (error, value) =>
      error ? reject(error) : resolve(value),
    );
  });
}

function streamOf(xml: string): MessageSource {
  return Readable.from([Buffer.from(xml)]);
}
