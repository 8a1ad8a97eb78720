import { MccError } from "../../../protocol/error";
import { Deadline } from "../../support/time-limits";
import type { ContainerSpec, MadeContainer, Placement } from "../driver";
import { nicDevice, rawLines, rootDevice } from "./devices";
import { type Engine, loneMember, placeOf } from "./engine";
import { writeIntoStopped } from "./guest/files";
import { firstFilesLine } from "./guest/first-files";
import { filesOf } from "./guest/system-files";
import type { StoredImage } from "./images/store";
import { memberOf } from "./instances/copy";
import { markSettings, marksOf } from "./instances/marks";
import { limitsOfNew } from "./limits";
import { atOnce, onMember, type Target } from "./spread";

const instancesPath = "/1.0/instances";

/** Of a server without a cluster, whose calls name no member. */
const theOnlyMember: Target = { members: new Set(), ...atOnce };

/**
 * Creates a stopped instance. Its first start writes its files.
 *
 * @throws MccError `conflict` if the id is taken, `not-found` if the image does not exist, `exhausted` for a full pool,
 * `unreachable` if the member of the placement does not answer.
 */
export async function createInstance(engine: Engine, spec: ContainerSpec): Promise<MadeContainer> {
  const { images, instances, settings, spread, server } = engine;
  const image = await images.get(spec.image);
  const { member, group = settings.group } = placementOf(engine, spec);
  if (!server.environment.server_clustered) {
    return await createOn(engine, spec, image, theOnlyMember);
  }
  if (member !== undefined) {
    return await createOn(engine, spec, image, onMember(member));
  }
  return await spread.place(group, {
    work: async (target) => await createOn(engine, spec, image, target),
    hasBegun: async () => (await instances.look(spec.id)) !== undefined,
  });
}

async function createOn(
  engine: Engine,
  spec: ContainerSpec,
  image: StoredImage,
  target: Target,
): Promise<MadeContainer> {
  const { instances, network, settings } = engine;
  const files = filesOf(spec, image, settings, network);
  const line = firstFilesLine(files);
  await createThere(engine, spec, { image, target, line });
  if (line === undefined) {
    await writeIntoStopped(engine, spec.id, files);
  }
  const made = await instances.require(spec.id);
  return { hasSshServer: image.hasSshServer, member: placeOf(engine, made) };
}

interface Means {
  readonly image: StoredImage;
  readonly target: Target;
  /** The line of LXC's configuration that writes the files. */
  readonly line: string | undefined;
}

async function createThere(
  engine: Engine,
  spec: ContainerSpec,
  { image, target, line }: Means,
): Promise<void> {
  const { api, instances, names, network, serverId, settings, timeoutMs } = engine;
  const deadline = new Deadline(timeoutMs);
  const request = {
    query: { target: target.name },
    json: {
      name: names.of(spec.id),
      type: "container",
      // The project's own may have devices that instances must not get.
      profiles: [],
      source: { type: "image", fingerprint: image.fingerprint },
      config: {
        ...markSettings(marksOf(spec, serverId, image.unpackedBytes)),
        ...limitsOfNew(spec.type),
        // The first: another hook reads one of the files.
        "raw.lxc": [...(line === undefined ? [] : [line]), ...rawLines(settings, network, spec)].join("\n"),
      },
      devices: {
        root: rootDevice(settings, spec.type, image.unpackedBytes),
        eth0: nicDevice(settings, spec),
      },
    },
  };
  try {
    const begun = await instances.unlessSilent(
      target.members,
      target.inTurn(() => api.begin("POST", instancesPath, request)),
    );
    if (begun !== undefined) {
      const member = memberOf(begun);
      if (member !== undefined) {
        target.onChoice(member);
      }
      const members = member === undefined ? target.members : new Set([member]);
      await instances.unlessSilent(members, api.wait(begun, `POST ${instancesPath}`, deadline));
    }
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
