import { Command, Option } from "commander";

export const drivers = ["lxc", "incus", "simulated"] as const;
export type DriverName = (typeof drivers)[number];

export interface Options {
  readonly driver: DriverName;
  readonly port: string;
  /** The addresses for hosts, in the form of `mccserver -r`. Default: that of mccserver. */
  readonly range?: string;
  /** Of the engine of `incus`: as in `mccserver`. */
  readonly engineUrl?: string;
  readonly engineToken?: string;
  readonly engineNic?: string;
  readonly prepare?: true;
  readonly destroy?: true;
}

export const defaults = { driver: "lxc", port: "8080" } as const satisfies Partial<Options>;

const examples = `
Examples:
  npm run quickstart                          create three hosts, and show how to log in to them
  npm run quickstart -- --driver incus        use the Incus or LXD server of this machine, or a cluster (--engine-url)
  npm run quickstart -- --driver simulated    run without root, with hosts in memory only
  npm run quickstart -- --destroy             remove the hosts and everything that was created for them
  npm run isolated -- npm run quickstart      run without changes to this machine's network`;

/** Parses the arguments. @throws CommanderError after it printed the help or a usage error. */
export function readOptions(words: readonly string[]): Options {
  const command = new Command("npm run quickstart --")
    .description("Create real hosts from a TypeScript program: examples/quickstart.ts.")
    .addOption(new Option("--driver <name>", "container engine").choices(drivers).default(defaults.driver))
    .option("--port <number>", "port of the daemon", defaults.port)
    .option("--range <FIRST-LAST>", "addresses for hosts, or a CIDR range (default: 198.18.0.0/22)")
    .option("--engine-url <urls>", "Incus or LXD server, or members of its cluster, as in mccserver")
    .option("--engine-token <token>", "trust token for the first contact over HTTPS")
    .option("--engine-nic <kind:name>", "network of the hosts, such as routed:br0 or network:incusbr0")
    .addOption(new Option("--prepare", "only install the requirements").conflicts("destroy"))
    .option("--destroy", "remove the hosts, the daemon and everything that was created for them")
    .addHelpText("after", examples)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(words, { from: "user" });
  refuseForeign(command);
  return command.opts<Options>();
}

/** Refuses options of the engine with a driver that has none. */
function refuseForeign(command: Command): void {
  const options = command.opts<Options>();
  const [given] = ["engineUrl", "engineToken", "engineNic"].filter((name) => Object.hasOwn(options, name));
  if (given !== undefined && options.driver !== "incus") {
    const option = `--engine-${given.slice("engine".length).toLowerCase()}`;
    command.error(`error: ${option} is only for --driver incus`);
  }
}
