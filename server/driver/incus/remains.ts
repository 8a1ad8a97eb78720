import { MccError } from "../../../protocol/error";
import type { Remains } from "../driver";
import type { Engine } from "./engine";
import { readFile } from "./guest/files";
import { hostNamePath } from "./guest/system-files";
import { markOf } from "./instances/marks";

const mostBytes = 256;

/** Returns what the marks of an instance tell. One that was claimed has its host name only in a file. */
export async function remainsOf(engine: Engine, id: number): Promise<Remains> {
  const instance = await engine.instances.look(id);
  if (instance === undefined) {
    return {};
  }
  return {
    uid: markOf(instance, "uid"),
    name: markOf(instance, "name"),
    hostname: markOf(instance, "hostname") ?? (await hostNameIn(engine, id)),
    image: markOf(instance, "image"),
    ipAddress: markOf(instance, "address"),
    ipv6Address: markOf(instance, "address6"),
    createdAt: timeOf(instance.created_at),
  };
}

async function hostNameIn(engine: Engine, id: number): Promise<string | undefined> {
  try {
    const file = await readFile(engine, id, hostNamePath, mostBytes);
    const [line = ""] = Buffer.from(file ?? [])
      .toString("latin1")
      .split("\n");
    return /^[\w.-]+$/.test(line) ? line : undefined;
  } catch (error) {
    if (MccError.isInstance(error)) {
      return undefined;
    }
    throw error;
  }
}

function timeOf(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
