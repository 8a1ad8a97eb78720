import { existsSync } from "node:fs";
import { MccError } from "../../../protocol/error";
import type { DriverOptions, EngineOptions } from "../driver";

/** How an instance is connected. */
export interface NicSetting {
  /**
   * - `routed`: the member routes the address to the instance. No broadcast.
   * - `bridged`: a port of a bridge that each member has.
   * - `network`: a port of a network that the engine manages.
   */
  readonly kind: (typeof nicKinds)[number];
  /** The interface of the members, or the network. */
  readonly name: string;
}

/** The settings of this driver, checked. */
export interface EngineSettings {
  /** `unix:/path` or `https://host:port`. The next one is used if one refuses. */
  readonly urls: readonly string[];
  /** A trust token, for the first contact. */
  readonly token: string | undefined;
  readonly project: string;
  readonly pool: string;
  readonly nic: NicSetting;
  /** The members on which instances are created, unless a placement says otherwise. */
  readonly group: string | undefined;
}

const nicKinds = ["routed", "bridged", "network"] as const;

/** The sockets of Incus and LXD, as packages create them. */
const usualSockets = [
  "/var/lib/incus/unix.socket",
  "/var/snap/lxd/common/lxd/unix.socket",
  "/var/lib/lxd/unix.socket",
];
const defaultPort = "8443";

/** @throws MccError `invalid` for an option that is not valid. */
export function readSettings({ serverId, engine = {} }: DriverOptions): EngineSettings {
  return {
    urls: readUrls(engine.url),
    token: engine.token?.trim(),
    project: engine.project ?? ownProject(serverId),
    pool: engine.pool ?? "default",
    nic: readNic(engine.nic ?? "routed:br0"),
    group: engine.group,
  };
}

/** Returns the project of a daemon for which nobody chose another one. */
export function ownProject(serverId: string): string {
  return `minicloud-${serverId.slice(0, 8)}`;
}

/** @returns default: the socket of this host. @throws MccError `invalid`. */
export function readUrls(text: EngineOptions["url"]): string[] {
  if (text === undefined) {
    const socket = usualSockets.find((path) => existsSync(path)) ?? usualSockets[0];
    return [`unix:${socket}`];
  }
  return text.split(",").map((url) => readUrl(url.trim()));
}

function readUrl(url: string): string {
  if (/^unix:\/./.test(url)) {
    return url;
  }
  const parsed = /^https:\/\/[^/]+\/?$/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    throw new MccError(
      "invalid",
      `The engine's URL "${url}" is not valid; give --engine-url unix:/path/to/unix.socket, or https://host:8443.`,
    );
  }
  return `https://${parsed.hostname}:${parsed.port || defaultPort}`;
}

/** @throws MccError `invalid`. */
export function readNic(text: string): NicSetting {
  const [, kindText, name] = /^([a-z]+):([A-Za-z0-9_.-]+)$/.exec(text) ?? [];
  const kind = nicKinds.find((each) => each === kindText);
  if (kind === undefined || name === undefined) {
    throw new MccError(
      "invalid",
      `The engine's network "${text}" is not valid; give --engine-nic routed:INTERFACE, bridged:BRIDGE or network:NAME.`,
    );
  }
  return { kind, name };
}
