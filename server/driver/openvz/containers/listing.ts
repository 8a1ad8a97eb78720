import type { Vz } from "../commands/vz";
import { commands } from "../commands/command";
import { configuredContainers } from "./configured";
import { readList } from "./containers";
import type { ListedContainer } from "./list";

/** One way to list all containers of a host. */
export interface Listing {
  /** The source of the list, for the log. */
  readonly source: string;
  /** @throws MccError for a list that could be incomplete. */
  readonly list: (vz: Vz) => Promise<ListedContainer[]>;
}

export const listings = {
  /** For a kernel with OpenVZ's table of containers. */
  vzlist: {
    source: "vzlist",
    list: async (vz) => readList(await vz.run(commands.list())),
  },
  /** For any other kernel: vzlist prints nothing there, and exits with 0. Starts no process. */
  files: {
    source: "vzctl's configuration files and control groups",
    list: async (vz) => {
      // A container that is created and started between the two reads is not known to anyone as running yet.
      const running = await vz.controlGroups.running();
      return await configuredContainers(await vz.host(), running);
    },
  },
} as const satisfies Record<string, Listing>;
