import { lstat } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { readVariables, type Variables } from "./configuration/file";
import type { Syntax } from "./configuration/syntax";

/** The paths on this host that the driver reads itself. */
export interface HostPlaces {
  readonly configuration: string;
  /** Exists on an OpenVZ kernel. */
  readonly procVz: string;
  /** The kernel's table of containers, which vzlist needs. Only an OpenVZ kernel has it. */
  readonly veinfo: string;
  /** The kernel's table of what containers use and may use. Only an OpenVZ kernel has it. */
  readonly beancounters: string;
  /** Exists on a kernel with user namespaces. */
  readonly userNamespace: string;
  /** The network device through which containers are reached. */
  readonly venet: string;
  /** The dynamic linker's list of the installed libraries, ldconfig(8). */
  readonly libraries: string;
  /** The mount table. */
  readonly mounts: string;
  /** Without an OpenVZ kernel, vzctl keeps a link to each container's network namespace here, by ctid. */
  readonly networkNamespaces: string;
  /**
   * Without an OpenVZ kernel, vzctl keeps a file with the id of each container's first process (`vepid`) and one with its
   * addresses (`veip`) here, by ctid.
   */
  readonly runRecords: string;
  /** The PATH of vzctl's own scripts. */
  readonly scriptFolders: readonly string[];
}

export const hostPlaces: HostPlaces = {
  configuration: "/etc/vz/vz.conf",
  procVz: "/proc/vz",
  veinfo: "/proc/vz/veinfo",
  beancounters: "/proc/user_beancounters",
  userNamespace: "/proc/self/ns/user",
  venet: "/sys/class/net/venet0",
  libraries: "/etc/ld.so.cache",
  mounts: "/proc/mounts",
  networkNamespaces: "/run/netns",
  runRecords: "/var/lib/vzctl",
  scriptFolders: ["/bin", "/sbin", "/usr/bin", "/usr/sbin"],
};

/** The values of `/etc/vz/vz.conf`, with the defaults of vz.conf(5). */
export class HostConfiguration {
  /** The containers' configurations and the samples. */
  readonly containerFolder: string;
  /** A symbolic link for each container with a name. */
  readonly nameFolder: string;
  /** The files that say which scripts of vzctl fit a distribution. */
  readonly distributionFolder: string;
  readonly #variables: Variables;
  readonly #syntax: Syntax;

  constructor(path: string, variables: Variables, syntax: Syntax) {
    this.containerFolder = join(dirname(path), "conf");
    this.nameFolder = join(dirname(path), "names");
    this.distributionFolder = join(dirname(path), "dists");
    this.#variables = variables;
    this.#syntax = syntax;
  }

  /** The folder with the images' archives. */
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

  /** The owner of a container's root, if the container's own configuration does not name one. */
  get localOwner(): LocalOwner {
    return localOwnerIn(this.#variables);
  }

  /** Returns the variables of a file with the scripts of a distribution; undefined if there is none. */
  async distributionVariables(name: string): Promise<Variables | undefined> {
    return await readVariables(join(this.distributionFolder, `${name}.conf`), this.#syntax);
  }

  containerConfiguration(ctid: string): string {
    return join(this.containerFolder, `${ctid}.conf`);
  }

  sample(name: string): string {
    return join(this.containerFolder, `ve-${name}.conf-sample`);
  }

  /** Returns the variables of a container's configuration; undefined if it has none. */
  async containerVariables(ctid: string): Promise<Variables | undefined> {
    return await readVariables(this.containerConfiguration(ctid), this.#syntax);
  }

  /** Returns the variables of a sample; undefined if it does not exist. */
  async sampleVariables(name: string): Promise<Variables | undefined> {
    return await readVariables(this.sample(name), this.#syntax);
  }

  /** Returns the folder of a container's files. */
  privateArea(ctid: string): string {
    return this.#ofContainer("VE_PRIVATE", "/vz/private/$VEID", ctid);
  }

  /** Returns the folder in which a container's files appear while it is mounted. */
  root(ctid: string): string {
    return this.#ofContainer("VE_ROOT", "/vz/root/$VEID", ctid);
  }

  #ofContainer(variable: string, standard: string, ctid: string): string {
    return ofContainer(this.#variables.get(variable) ?? standard, ctid);
  }
}

/** Returns the IPv4 addresses in a container's configuration, without the prefix length that v7 shows. */
export function addressesOf(variables: Variables): string[] {
  return (variables.get("IP_ADDRESS") ?? "")
    .split(/\s+/)
    .map((address) => address.replace(/\/.*$/, ""))
    .filter((address) => isIPv4(address));
}

/** The user and group of the host that are root in a container; undefined if the configuration does not name them. */
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

/** Returns the path of one container from a pattern in a configuration. */
export function ofContainer(pattern: string, ctid: string): string {
  return pattern.replace(/\/+$/, "").replace(/\$(VEID|\{VEID\})/g, ctid);
}

/** Reads the host's configuration. @throws MccError `unavailable` if the file does not exist. */
export async function readHostConfiguration(places: HostPlaces, syntax: Syntax): Promise<HostConfiguration> {
  const variables = await readVariables(places.configuration, syntax);
  if (variables === undefined) {
    throw new MccError(
      "unavailable",
      `${places.configuration} does not exist; reinstall the package vzctl, which contains it.`,
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
