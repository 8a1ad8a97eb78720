import { MccError } from "../../../protocol/error";
import type { ContainerSpec, MadeContainer } from "../driver";
import { kernelHostname } from "../kernel-hostname";
import { nicDevice, rawLines, rootDevice } from "./devices";
import type { Engine } from "./engine";
import { writeIntoStopped } from "./guest/files";
import { filesOf } from "./guest/system-files";
import { memberOf } from "./instances/copy";
import { markSettings, marksOf } from "./instances/marks";
import { limitsOfNew } from "./limits";

/**
 * Creates a stopped instance, with its files.
 *
 * @throws MccError `conflict` if the id is taken, `not-found` if the image does not exist, `exhausted` for a full pool,
 * `unreachable` if the member of the placement does not answer.
 */
export async function createInstance(engine: Engine, spec: ContainerSpec): Promise<MadeContainer> {
  const { api, images, instances, names, network, serverId, settings } = engine;
  const image = await images.get(spec.image);
  try {
    await api.change("POST", "/1.0/instances", {
      query: { target: targetOf(engine, spec) },
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
  } catch (error) {
    throw MccError.hasCode(error, "conflict")
      ? new MccError("conflict", `Container ${spec.id} exists already; destroy it first.`, { cause: error })
      : error;
  }
  await writeIntoStopped(engine, spec.id, filesOf(spec, image, settings, network));
  const made = await instances.require(spec.id);
  return { hasSshServer: image.hasSshServer, member: memberOf(made) };
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
