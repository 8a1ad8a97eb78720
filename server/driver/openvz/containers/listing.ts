import type { HostConfiguration } from "../host";
import { configuredContainers } from "./configured";
import { readList } from "./containers";
import type { ListedContainer } from "./list";

/** What a list can be made from. */
export interface ListSources {
  /** Runs vzlist for all containers. */
  readonly vzlist: () => Promise<{ stdout: string; stderr: string }>;
  /** Returns the ctids of the containers whose control groups have processes. */
  readonly running: () => Promise<ReadonlySet<string>>;
  readonly configuration: () => Promise<HostConfiguration>;
}

/** One way to list all containers of a host. */
export interface Listing {
  /** The source of the list, for the log. */
  readonly source: string;
  /** @throws MccError for a list that could be incomplete. */
  readonly list: (sources: ListSources) => Promise<ListedContainer[]>;
}

export const listings = {
  /** For a kernel with OpenVZ's table of containers. */
  vzlist: {
    source: "vzlist",
    list: async ({ vzlist }) => readList(await vzlist()),
  },
  /** For any other kernel: vzlist prints nothing there, and exits with 0. Starts no process. */
  files: {
    source: "vzctl's configuration files and control groups",
    list: async ({ running, configuration }) =>
      await configuredContainers(await configuration(), await running()),
  },
} as const satisfies Record<string, Listing>;
