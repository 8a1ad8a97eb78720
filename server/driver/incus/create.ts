import { MccError } from "../../../protocol/error";
import type { ContainerSpec, MadeContainer } from "../driver";
import { kernelHostname } from "../kernel-hostname";
import type { ClusterMember } from "./api/types";
import { nicDevice, rawLines, rootDevice } from "./devices";
import type { Engine } from "./engine";
import { writeIntoStopped } from "./guest/files";
import { filesOf } from "./guest/system-files";
import type { StoredImage } from "./images/store";
import { memberOf } from "./instances/copy";
import { markSettings, marksOf } from "./instances/marks";
import { limitsOfNew } from "./limits";
import { readMembers } from "./members";

/**
 * Creates a stopped instance, with its files.
 *
 * @throws MccError `conflict` if the id is taken, `not-found` if the image does not exist, `exhausted` for a full pool,
 * `unreachable` if the member of the placement does not answer.
 */
export async function createInstance(engine: Engine, spec: ContainerSpec): Promise<MadeContainer> {
  const { images, instances, network, settings } = engine;
  const image = await images.get(spec.image);
  const target = targetOf(engine, spec);
  if (spec.placement?.member !== undefined || !engine.server.environment.server_clustered) {
    await createThere(engine, spec, image, target);
  } else {
    await createAnywhere(engine, spec, image, target);
  }
  await writeIntoStopped(engine, spec.id, filesOf(spec, image, settings, network));
  const made = await instances.require(spec.id);
  return { hasSshServer: image.hasSshServer, member: memberOf(made) };
}

/** Lets the engine choose the member. For some seconds after a member's death, it still chooses that one. */
async function createAnywhere(
  engine: Engine,
  spec: ContainerSpec,
  image: StoredImage,
  target: string | undefined,
): Promise<void> {
  const { instances } = engine;
  const silent = instances.silentOfLate();
  if (silent.size === 0) {
    try {
      await createThere(engine, spec, image, target);
      return;
    } catch (error) {
      if (!MccError.hasCode(error, "unreachable") || (await instances.look(spec.id)) !== undefined) {
        throw error;
      }
    }
  }
  const group = spec.placement?.group ?? engine.settings.group;
  const members = (await readMembers(engine)).filter(
    ({ server_name: name, status, groups }) =>
      status === "Online" && !silent.has(name) && (group === undefined || groups?.includes(group) === true),
  );
  let failure: unknown = new MccError(
    "unreachable",
    "No member that takes new containers answers; start one.",
  );
  for (const { server_name: name } of fewestFirst(engine, members)) {
    try {
      await createThere(engine, spec, image, name);
      return;
    } catch (error) {
      if (!MccError.hasCode(error, "unreachable")) {
        throw error;
      }
      failure = error;
    }
  }
  throw failure;
}

/** The engine's own order. */
function fewestFirst({ instances }: Engine, members: readonly ClusterMember[]): ClusterMember[] {
  const counts = instances.counts();
  const countOf = ({ server_name: name }: ClusterMember): number => counts.get(name) ?? 0;
  return [...members].sort((one, other) => countOf(one) - countOf(other));
}

async function createThere(
  engine: Engine,
  spec: ContainerSpec,
  image: StoredImage,
  target: string | undefined,
): Promise<void> {
  const { api, instances, names, network, serverId, settings } = engine;
  const isMember = target !== undefined && !target.startsWith("@");
  try {
    const creating = api.change("POST", "/1.0/instances", {
      query: { target },
      json: {
        name: names.of(spec.id),
        type: "container",
        // The project's own may have devices that instances must not get.
        profiles: [],
        source: { type: "image", fingerprint: image.fingerprint },
        config: {
          ...markSettings(marksOf(spec, serverId, image.unpackedBytes)),
          ...limitsOfNew(spec.type),
          "raw.lxc": rawLines(settings, network, kernelHostname(spec.hostname), spec).join("\n"),
        },
        devices: {
          root: rootDevice(settings, spec.type, image.unpackedBytes),
          eth0: nicDevice(settings, spec),
        },
      },
    });
    await instances.unlessSilent(
      async () => (isMember ? new Set([target]) : await membersOf(engine)),
      creating,
    );
  } catch (error) {
    throw MccError.hasCode(error, "conflict")
      ? new MccError("conflict", `Container ${spec.id} exists already; destroy it first.`, { cause: error })
      : error;
  }
}

async function membersOf(engine: Engine): Promise<ReadonlySet<string>> {
  return new Set(
    engine.server.environment.server_clustered
      ? (await readMembers(engine)).map(({ server_name: name }) => name)
      : [],
  );
}

/** A member, or a group with `@` before it. Without a cluster, there is no choice. */
function targetOf({ server, settings }: Engine, { placement = {} }: ContainerSpec): string | undefined {
  const { member, group = member === undefined ? settings.group : undefined } = placement;
  if (!server.environment.server_clustered) {
    if (placement.member !== undefined || placement.group !== undefined) {
      throw new MccError(
        "invalid",
        "The engine is no cluster, so it has neither members nor groups; omit member and group.",
      );
    }
    return undefined;
  }
  return member ?? (group === undefined ? undefined : `@${group}`);
}
