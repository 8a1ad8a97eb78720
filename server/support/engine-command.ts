import { tracedInside } from "../../protocol/tracing/spans";
import { instanceAttribute } from "./measurements";

/**
 * Runs a command of the engine, or sends a request to it, as a span in the trace of the work that needs it.
 *
 * @param name the command without its arguments, which can contain secrets.
 * @param instance the id of the instance that it is for. Undefined for none.
 * @throws the error of the work.
 */
export async function engineCommand<T>(
  name: string,
  instance: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const attributes = instance === undefined ? {} : instanceAttribute(instance);
  return await tracedInside(name, { kind: "client", attributes }, work);
}
