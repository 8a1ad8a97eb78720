import type { DriverLog, DriverOptions, Network } from "../driver";
import { connectEngine } from "./access/trust";
import type { Api } from "./api/api";
import type { Connection } from "./api/connection";
import { readMembers } from "./api/read-members";
import type { ApiInstance, Server } from "./api/types";
import { ForeignInstances } from "./foreign";
import { SftpAccess } from "./guest/sftp-access";
import { ImageStore } from "./images/store";
import { memberOf } from "./instances/copy";
import { Instances } from "./instances/instances";
import { LateInstances } from "./instances/late-instances";
import { InstanceNames } from "./instances/names";
import { requireSameEngine } from "./kept-options";
import type { EngineSettings } from "./settings";
import { Spread } from "./spread";

/** The parts that the driver's operations use. */
export interface Engine {
  readonly settings: EngineSettings;
  readonly serverId: string;
  readonly network: Network;
  readonly log: DriverLog;
  /** The time limit of an engine command. */
  readonly timeoutMs: number;
  readonly connection: Connection;
  readonly api: Api;
  readonly server: Server;
  readonly names: InstanceNames;
  readonly instances: Instances;
  readonly late: LateInstances;
  readonly images: ImageStore;
  readonly spread: Spread;
  readonly sftp: SftpAccess;
  readonly foreign: ForeignInstances;
}

/** Connects to the engine. Changes nothing there but the trust in this daemon, at the first contact. @throws MccError. */
export async function openEngine(options: DriverOptions, settings: EngineSettings): Promise<Engine> {
  const { folder, serverId, network, log, commandTimeoutMs: timeoutMs } = options;
  const { api, connection, server } = await connectEngine({ settings, folder, timeoutMs });
  try {
    await requireSameEngine(folder, server);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const names = new InstanceNames(serverId);
  const instances = new Instances(api, names, log);
  return {
    settings,
    serverId,
    network,
    log,
    timeoutMs,
    connection,
    api,
    server,
    names,
    instances,
    late: new LateInstances(),
    foreign: new ForeignInstances(api, names, log),
    sftp: new SftpAccess(api, names, log),
    spread: new Spread(() => readMembers(api), instances),
    images: new ImageStore(api, server.environment.kernel_architecture, timeoutMs),
  };
}

/** Returns the member that an instance is on. A server without a cluster is its own only member. */
export function placeOf({ server }: Pick<Engine, "server">, instance: ApiInstance): string | undefined {
  return memberOf(instance) ?? loneMember({ server });
}

/** Returns the name of a server without a cluster. */
export function loneMember({ server }: Pick<Engine, "server">): string | undefined {
  const { server_clustered: isClustered, server_name: name } = server.environment;
  return isClustered ? undefined : name || undefined;
}

/** Returns the path of an instance in the API. */
export function pathOf({ names }: Pick<Engine, "names">, id: number): string {
  return `/1.0/instances/${names.of(id)}`;
}

/** Returns the prefix of headers about files, which differs between LXD and Incus. */
export function headerPrefix({ server }: Pick<Engine, "server">): string {
  return server.environment.server === "incus" ? "X-Incus-" : "X-LXD-";
}
