import { listFields } from "../containers/list";

/** A container with both of its ids. */
export interface Target {
  readonly id: number;
  /** The engine's id for it. */
  readonly ctid: string;
}

/** One call of an OpenVZ program, as data. */
export interface EngineCommand {
  readonly program: "vzctl" | "vzlist" | "ip";
  readonly words: readonly string[];
  /** The container that the command changes. */
  readonly target?: Target;
  /** Exit codes that mean success. Default: 0. */
  readonly successes?: readonly number[];
  /** Default: the driver's time limit. */
  readonly timeoutMs?: number;
}

/** The properties that a container is created with. */
export interface Creation {
  readonly image: string;
  readonly sample: string;
  readonly ipAddress: string;
  readonly hostname: string;
  readonly name: string;
}

/** All engine commands, except for those that run inside containers. */
export const commands = {
  version: (): EngineCommand => ({ program: "vzctl", words: ["--version"] }),

  /** Lists all containers of the host. */
  list: (): EngineCommand => ({ program: "vzlist", words: ["-a", "-j", "-o", listFields.join(",")] }),

  create: (target: Target, creation: Creation, options: readonly string[]): EngineCommand =>
    vzctl("create", target, [
      ...["--ostemplate", creation.image, "--config", creation.sample, "--ipadd", creation.ipAddress],
      ...["--hostname", creation.hostname, "--name", creation.name],
      ...options,
    ]),

  set: (target: Target, options: readonly string[]): EngineCommand =>
    vzctl("set", target, [...options, "--save"]),

  /** Returns before the first process is ready. Exit code 32: it runs already. */
  start: (target: Target): EngineCommand => ({ ...vzctl("start", target), successes: [0, 32] }),

  /** Requests a shutdown. vzctl itself would wait for two minutes. Exit code 31: it does not run. */
  askToStop: (target: Target, timeoutMs: number): EngineCommand => ({
    ...vzctl("stop", target),
    successes: [0, 31],
    timeoutMs,
  }),

  kill: (target: Target): EngineCommand => ({ ...vzctl("stop", target, ["--fast"]), successes: [0, 31] }),

  /** Exit code 41: it is mounted already. */
  mount: (target: Target): EngineCommand => ({ ...vzctl("mount", target), successes: [0, 41] }),

  /** Exit code 40: it is not mounted. */
  unmount: (target: Target): EngineCommand => ({ ...vzctl("umount", target), successes: [0, 40] }),

  /** Needs a container that neither runs (32) nor is mounted (41). Exit code 14: it does not exist. */
  destroy: (target: Target): EngineCommand => ({ ...vzctl("destroy", target), successes: [0, 14] }),
} as const;

/** The commands of iproute2 for what vzctl does not undo. */
export const networkCommands = {
  /** Forgets the hardware address of a container's address. */
  forgetNeighbour: (address: string, device: string): EngineCommand =>
    ip(["neigh", "flush", "to", address, "dev", device]),

  setHardwareAddress: (device: string, address: string): EngineCommand =>
    ip(["link", "set", "dev", device, "address", address]),

  removeRoute: (address: string, device: string): EngineCommand =>
    ip(["route", "del", address, "dev", device]),

  /** Prints a line for each address for which the host answers: `198.18.0.2 dev eth0 proxy`. */
  listProxies: (): EngineCommand => ip(["neigh", "show", "proxy"]),

  removeProxy: (address: string, device: string): EngineCommand =>
    ip(["neigh", "del", "proxy", address, "dev", device]),
} as const;

function ip(words: readonly string[]): EngineCommand {
  return { program: "ip", words };
}

function vzctl(action: string, target: Target, options: readonly string[] = []): EngineCommand {
  return { program: "vzctl", words: [action, target.ctid, ...options], target };
}
