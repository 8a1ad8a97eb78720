import { z } from "zod";
import { MccError } from "../../../protocol/error";
import { type Instance, type InstanceStatus, instanceCreateSchema } from "../../../protocol/methods/instance";
import { everyRole, type Role, rolesThatChange } from "../../../protocol/methods/values/role";
import { isPrivateKey } from "../../../protocol/public-key";
import { validate } from "../../../protocol/validate";
import { type Caller, localAdmin } from "../../cloud/access/caller";
import type { Cloud } from "../../cloud/cloud";
import type { PositionalMethod } from "../calls/positional-method";
import { missingOldMethod, uncaughtOldException } from "./fault";
import { nameFromOld } from "./old-name";

/** The status of an instance in the terms of `vzlist`. */
const oldStatuses: Readonly<Record<InstanceStatus, string>> = {
  pending: "stopped",
  running: "running",
  stopped: "stopped",
  destroying: "stopped",
  failed: "stopped",
  unreachable: "stopped",
};

const selectionSchema = z.object({
  instance: z.union([z.string(), z.int()]).optional(),
  /** All values that are true in Ruby programs. */
  all: z.union([z.boolean(), z.int().transform(() => true)]).default(false),
});

/** Ruby's XML-RPC client waits 30 s for an answer. Without the answer, the client would not know the id. */
const longestAnswerMs = 25_000;

/** Image, type, text of a public key, name. */
const runSchema = z.tuple([
  z.string(),
  z.string(),
  z.string().max(16_384, "a public key has 16384 characters at most"),
  z.string(),
]);
const runDefaults = ["", "basic", "", ""];

/** Returns the five methods of the first MiniCloud, with the types, the order and the faults that its clients know. */
export function oldMethods(cloud: Cloud): Record<string, PositionalMethod> {
  return {
    "openvz.get_instances": oldMethod(
      "Returns the running instances; with all, also those that do not run; with instance, only that one.",
      [["array"], ["array", "struct"]],
      everyRole,
      (caller, [selection = {}]) =>
        listInstances(caller, cloud, validate(selectionSchema, selection, "get_instances")),
    ),
    "openvz.get_images": oldMethod(
      "Returns the names of the images.",
      [["array"]],
      everyRole,
      async (caller) => sortedNames(await cloud.images.list(caller)),
    ),
    "openvz.get_instance_types": oldMethod(
      "Returns the names of the instance types.",
      [["array"]],
      everyRole,
      () => sortedNames(cloud.types()),
    ),
    "openvz.run_instance": oldMethod(
      "Creates an instance from an image, a type, the text of a public key and a name. Returns its id and address before it is ready.",
      [1, 2, 3, 4].map((count) => ["struct", ...Array.from({ length: count }, () => "string")]),
      rolesThatChange,
      (caller, parameters) =>
        runInstance(caller, cloud, [...parameters, ...runDefaults.slice(parameters.length)]),
    ),
    "openvz.destroy_instance": oldMethod(
      "Starts to destroy an instance. Returns true before it is destroyed.",
      [
        ["boolean", "int"],
        ["boolean", "string"],
      ],
      rolesThatChange,
      (caller, [id]) => destroyInstance(caller, cloud, id),
    ),
  };
}

/** @param signatures also give the allowed numbers of parameters. */
function oldMethod(
  help: string,
  signatures: PositionalMethod["signatures"],
  roles: readonly Role[],
  work: (caller: Caller, parameters: readonly unknown[]) => unknown,
): PositionalMethod {
  const call: PositionalMethod["call"] = async (caller, name, parameters) => {
    if (!signatures.some((signature) => signature.length - 1 === parameters.length)) {
      throw missingOldMethod(name);
    }
    try {
      return await work(caller, parameters);
    } catch (error) {
      throw MccError.isInstance(error) ? uncaughtOldException(name, error) : error;
    }
  };
  return { help: `${help} For the first MiniCloud's clients.`, signatures, roles, call };
}

/** The first MiniCloud listed them with `ls`, which sorts. */
function sortedNames(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name).sort();
}

async function listInstances(
  caller: Caller,
  { instances }: Cloud,
  { instance, all }: z.output<typeof selectionSchema>,
): Promise<object[]> {
  const chosen = (await instances.list(caller, {})).filter(({ id, status }) =>
    instance === undefined || instance === "" ? all || status === "running" : String(id) === String(instance),
  );
  return chosen.map(describeInstance);
}

function describeInstance({ id, ipAddress, status, image, name }: Instance): object {
  return { id: String(id), ip: ipAddress, status: oldStatuses[status], ostemplate: image, name };
}

async function runInstance(caller: Caller, cloud: Cloud, parameters: readonly unknown[]): Promise<object> {
  const [image, type, publicKey, name] = validate(runSchema, parameters, "run_instance");
  if (!cloud.types().some((known) => known.name === type.toLowerCase())) {
    throw new MccError("not-found", `Instance type ${type} not found`);
  }
  if (!(await cloud.images.list(localAdmin)).some((known) => known.name === image)) {
    throw new MccError("not-found", `Image template ${image} not found!`);
  }
  const asked = { image, type, name: nameFromOld(name), waitFor: "running" };
  const extras = {
    publicKeys: authorizedKeysLines(publicKey),
    hostname: (id: number) => `mcc-id-${id}.localdomain`,
  };
  try {
    const creation = validate(instanceCreateSchema, asked, "run_instance");
    const { id, ipAddress } = await cloud.instances.createMade(caller, creation, extras, longestAnswerMs);
    return { id, ip: ipAddress };
  } catch (error) {
    if (MccError.hasCode(error, "exhausted") && cloud.info(caller).addressPool.free === 0) {
      throw new MccError("exhausted", "Do not have any more free leases!", { cause: error });
    }
    throw error;
  }
}

/**
 * Returns the lines unchanged, because the first MiniCloud accepted any content of key files, also options before the
 * key.
 */
function authorizedKeysLines(text: string): string[] {
  if (isPrivateKey(text)) {
    throw new MccError(
      "invalid",
      "this is a private key; give the public half, of the file that ends in .pub",
    );
  }
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** @returns 0, which no instance has, for a value that is not an id. */
function idFromOld(id: unknown): number {
  return (typeof id === "string" || typeof id === "number") && /^\d+$/.test(String(id)) ? Number(id) : 0;
}

function destroyInstance(caller: Caller, { instances }: Cloud, id: unknown): true {
  const target = { instance: idFromOld(id) };
  if (instances.catalog.find(caller, target) === undefined) {
    throw new MccError("not-found", "Instance ID not found");
  }
  // Later failures are logged, appear as `failed` in instance.list, and are retried.
  instances.destroy(caller, target).catch(() => undefined);
  return true;
}
