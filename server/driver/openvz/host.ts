import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { readVariables, type Variables } from "./configuration/file";
import type { Syntax } from "./configuration/syntax";

/** Where this host keeps what the driver looks at itself. */
export interface HostPlaces {
  readonly configuration: string;
  /** The mark of an OpenVZ kernel. */
  readonly procVz: string;
  /** The mark of a kernel with user namespaces. */
  readonly userNamespace: string;
  /** The network device through which containers are reached. */
  readonly venet: string;
  /** The PATH of vzctl's own scripts. */
  readonly scriptFolders: readonly string[];
}

export const hostPlaces: HostPlaces = {
  configuration: "/etc/vz/vz.conf",
  procVz: "/proc/vz",
  userNamespace: "/proc/self/ns/user",
  venet: "/sys/class/net/venet0",
  scriptFolders: ["/bin", "/sbin", "/usr/bin", "/usr/sbin"],
};

/** What `/etc/vz/vz.conf` says; the defaults are those of vz.conf(5). */
export class HostConfiguration {
  /** The containers' configurations and the samples. */
  readonly containerFolder: string;
  /** A symbolic link for each container with a name. */
  readonly nameFolder: string;
  readonly #variables: Variables;
  readonly #syntax: Syntax;

  constructor(path: string, variables: Variables, syntax: Syntax) {
    this.containerFolder = join(dirname(path), "conf");
    this.nameFolder = join(dirname(path), "names");
    this.#variables = variables;
    this.#syntax = syntax;
  }

  /** The archives of the images. */
  get imageFolder(): string {
    return join(this.#variables.get("TEMPLATE") ?? "/vz/template", "cache");
  }

  get lockFolder(): string {
    return this.#variables.get("LOCKDIR") ?? "/vz/lock";
  }

  /** The sample for containers of a type that has no sample of its own. */
  get defaultSample(): string {
    return this.#variables.get("CONFIGFILE") ?? "basic";
  }

  /** Undefined leaves the choice to vzctl, which takes ploop where it was built with it. */
  get layout(): string | undefined {
    return this.#variables.get("VE_LAYOUT");
  }

  /** Whom the root of a container is whose own configuration does not say. */
  get localOwner(): LocalOwner {
    return localOwnerIn(this.#variables);
  }

  containerConfiguration(ctid: string): string {
    return join(this.containerFolder, `${ctid}.conf`);
  }

  sample(name: string): string {
    return join(this.containerFolder, `ve-${name}.conf-sample`);
  }

  /** What a container's configuration says; undefined where it has none. */
  async containerVariables(ctid: string): Promise<Variables | undefined> {
    return await readVariables(this.containerConfiguration(ctid), this.#syntax);
  }

  /** What a sample says; undefined where there is none. */
  async sampleVariables(name: string): Promise<Variables | undefined> {
    return await readVariables(this.sample(name), this.#syntax);
  }

  /** Where a container's files lie. */
  privateArea(ctid: string): string {
    return this.#ofContainer("VE_PRIVATE", "/vz/private/$VEID", ctid);
  }

  /** Where a container's files are seen while it is mounted. */
  root(ctid: string): string {
    return this.#ofContainer("VE_ROOT", "/vz/root/$VEID", ctid);
  }

  #ofContainer(variable: string, standard: string, ctid: string): string {
    return ofContainer(this.#variables.get(variable) ?? standard, ctid);
  }
}

/** The host's user and group that a container's root is; undefined where the configuration does not say. */
export interface LocalOwner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export function localOwnerIn(variables: Variables): LocalOwner {
  const numberOf = (name: string): number | undefined => {
    const value = variables.get(name);
    return value === undefined ? undefined : Number(value);
  };
  return { uid: numberOf("LOCAL_UID"), gid: numberOf("LOCAL_GID") };
}

/** The path that a configuration means for one container. */
export function ofContainer(pattern: string, ctid: string): string {
  return pattern.replace(/\/+$/, "").replace(/\$(VEID|\{VEID\})/g, ctid);
}

/** @throws MccError `unavailable` when there is no such file. */
export async function readHostConfiguration(places: HostPlaces, syntax: Syntax): Promise<HostConfiguration> {
  const variables = await readVariables(places.configuration, syntax);
  if (variables === undefined) {
    throw new MccError(
      "unavailable",
      `There is no ${places.configuration}; reinstall the package vzctl, which brings it.`,
    );
  }
  return new HostConfiguration(places.configuration, variables, syntax);
}

export async function exists(path: string): Promise<boolean> {
  const found = await unlessErrno(
    lstat(path).then(() => true),
    "ENOENT",
    "ENOTDIR",
  );
  return found === true;
}
