import { Exit } from "../launcher/endings";

/** The options of one command: those that take a value, and those that do not. */
export interface OptionTable {
  readonly withValue: readonly string[];
  readonly flags: readonly string[];
}

/** The options given, in order; a flag's value is empty. */
export type GivenOptions = readonly (readonly [name: string, value: string])[];

const createBoth = ["ostemplate", "config", "layout", "hostname", "name", "ipadd", "diskspace", "diskinodes"];
const createMore = ["private", "root"];
const setBoth = [
  ...[
    "ram",
    "swap",
    "cpus",
    "cpulimit",
    "cpuunits",
    "diskspace",
    "diskinodes",
    "ipadd",
    "ipdel",
    "netif_add",
  ],
  ...["nameserver", "searchdomain", "hostname", "name", "description", "userpasswd", "features", "onboot"],
  ...["applyconfig", "setmode", "numproc", "physpages", "swappages", "privvmpages", "kmemsize", "disabled"],
  "ostemplate",
];

/** What each command of each generation takes. Source: the usage texts. */
export const optionTables: Readonly<Record<"v4" | "v7", Readonly<Record<string, OptionTable>>>> = {
  v4: {
    create: { withValue: [...createBoth, ...createMore, "local_uid", "local_gid"], flags: [] },
    set: { withValue: setBoth, flags: ["save", "force"] },
    start: { withValue: [], flags: ["force", "wait", "skip-fsck", "skip-remount"] },
    stop: { withValue: [], flags: ["fast", "skip-umount"] },
  },
  v7: {
    create: { withValue: [...createBoth, ...createMore, "description", "uuid"], flags: ["force"] },
    set: { withValue: [...setBoth, "dhcp", "gw", "network", "device-add"], flags: ["save", "force"] },
    start: { withValue: [], flags: ["force", "wait", "skip-fsck"] },
    stop: { withValue: [], flags: ["fast", "force", "skip-umount"] },
  },
};

/** @throws Exit as getopt_long makes vzctl end. */
export function parseOptions(words: readonly string[], { withValue, flags }: OptionTable): GivenOptions {
  const given: [string, string][] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const name = word.startsWith("--") ? word.slice(2) : "";
    if (flags.includes(name)) {
      given.push([name, ""]);
    } else if (!withValue.includes(name)) {
      throw name === "" ? new Exit(20) : new Exit(21, `vzctl: unrecognized option '${word}'`);
    } else if (words[index + 1] === undefined) {
      throw new Exit(21, `vzctl: option '${word}' requires an argument`);
    } else {
      given.push([name, words[index + 1] ?? ""]);
      index += 1;
    }
  }
  return given;
}
