import { MccError } from "../../../protocol/error";
import type { ContainerSpec, MadeContainer, Placement } from "../driver";
import { nicDevice, rawLines, rootDevice } from "./devices";
import { type Engine, loneMember, placeOf } from "./engine";
import { writeIntoStopped } from "./guest/files";
import { filesOf } from "./guest/system-files";
import type { StoredImage } from "./images/store";
import { markSettings, marksOf } from "./instances/marks";
import { limitsOfNew } from "./limits";

/**
 * Creates a stopped instance, with its files.
 *
 * @throws MccError `conflict` if the id is taken, `not-found` if the image does not exist, `exhausted` for a full pool,
 * `unreachable` if the member of the placement does not answer.
 */
export async function createInstance(engine: Engine, spec: ContainerSpec): Promise<MadeContainer> {
  const { images, instances, settings, spread, server } = engine;
  const image = await images.get(spec.image);
  const { member, group = settings.group } = placementOf(engine, spec);
  if (member !== undefined || !server.environment.server_clustered) {
    await createThere(engine, spec, image, member);
    return await complete(engine, spec, image);
  }
  return await spread.place(group, {
    work: async (name) => {
      await createThere(engine, spec, image, name);
      return await complete(engine, spec, image);
    },
    hasBegun: async () => (await instances.look(spec.id)) !== undefined,
  });
}

/** Writes the files of a container that exists. */
async function complete(engine: Engine, spec: ContainerSpec, image: StoredImage): Promise<MadeContainer> {
  const { instances, network, settings } = engine;
  await writeIntoStopped(engine, spec.id, filesOf(spec, image, settings, network));
  const made = await instances.require(spec.id);
  return { hasSshServer: image.hasSshServer, member: placeOf(engine, made) };
}

async function createThere(
  engine: Engine,
  spec: ContainerSpec,
  image: StoredImage,
  member: string | undefined,
): Promise<void> {
  const { api, instances, names, network, serverId, settings } = engine;
  try {
    const creating = api.change("POST", "/1.0/instances", {
      query: { target: member },
      json: {
        name: names.of(spec.id),
        type: "container",
        // The project's own may have devices that instances must not get.
        profiles: [],
        source: { type: "image", fingerprint: image.fingerprint },
        config: {
          ...markSettings(marksOf(spec, serverId, image.unpackedBytes)),
          ...limitsOfNew(spec.type),
          "raw.lxc": rawLines(settings, network, spec).join("\n"),
        },
        devices: {
          root: rootDevice(settings, spec.type, image.unpackedBytes),
          eth0: nicDevice(settings, spec),
        },
      },
    });
    await instances.unlessSilent(
      () => Promise.resolve(new Set(member === undefined ? [] : [member])),
      creating,
    );
  } catch (error) {
    throw MccError.hasCode(error, "conflict")
      ? new MccError("conflict", `Container ${spec.id} exists already; destroy it first.`, { cause: error })
      : error;
  }
}

/** Without a cluster, the server is the only member. @throws MccError `invalid` for another one, or for a group. */
function placementOf({ server }: Engine, { placement = {} }: ContainerSpec): Placement {
  if (server.environment.server_clustered) {
    return placement;
  }
  const { member, group } = placement;
  const only = loneMember({ server });
  if (group !== undefined || (member !== undefined && member !== only)) {
    throw new MccError(
      "invalid",
      `The engine is no cluster: its only member is "${only ?? "the server itself"}", and it has no groups; omit member and group.`,
    );
  }
  return {};
}
