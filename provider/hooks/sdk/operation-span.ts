import { traced } from "../../../protocol/tracing/spans";
import { startTracing, type Tracing, wantsTracing } from "../../../protocol/tracing/start-tracing";
import { engineAddress } from "./engine";

/** The engine kills this process five seconds after it asked it to end. */
const lastSpansMs = 1_000;

let tracing: Promise<Tracing> | undefined;

/** Returns a hook whose calls are spans, if the environment asks for traces. All of one `pulumi up` are in one trace. */
export function inSpan<P extends unknown[], R>(
  name: string,
  hook: (...parameters: P) => R | Promise<R>,
): (...parameters: P) => R | Promise<R> {
  if (engineAddress === undefined || !wantsTracing(process.env)) {
    return hook;
  }
  return async (...parameters) => {
    await (tracing ??= startProviderTracing());
    return await traced(name, { attributes: ownerOf(parameters) }, () => hook(...parameters));
  };
}

async function startProviderTracing(): Promise<Tracing> {
  const parent = process.env["TRACEPARENT"];
  const started = await startTracing({ service: "pulumi-minicloud", root: "pulumi", parent });
  // The engine sends SIGINT at its end. Without a listener, the process would end at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void started.close(lastSpansMs).finally(() => process.exit(1)));
  }
  return started;
}

/** The last properties are the new ones. */
function ownerOf(parameters: readonly unknown[]): Readonly<Record<string, string>> {
  const urns = parameters.flatMap((each): string[] => {
    const urn: unknown =
      typeof each === "object" && each !== null ? Reflect.get(each, "ownerUrn") : undefined;
    return typeof urn === "string" ? [urn] : [];
  });
  const urn = urns.at(-1);
  return urn === undefined ? {} : { "pulumi.urn": urn };
}
