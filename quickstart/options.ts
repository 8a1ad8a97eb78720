import { Command, Option } from "commander";

export const drivers = ["lxc", "simulated"] as const;
export type DriverName = (typeof drivers)[number];

export interface Options {
  readonly driver: DriverName;
  readonly port: string;
  /** The addresses for hosts, in the form of `mccserver -r`. Default: that of mccserver. */
  readonly range?: string;
  readonly prepare?: true;
  readonly destroy?: true;
}

export const defaults = { driver: "lxc", port: "8080" } as const satisfies Partial<Options>;

const examples = `
Examples:
  npm run quickstart                          create three hosts, and show how to log in to them
  npm run quickstart -- --driver simulated    run without root, with hosts in memory only
  npm run quickstart -- --destroy             remove the hosts and everything that was created for them
  npm run isolated -- npm run quickstart      run without changes to this machine's network`;

/** Parses the arguments. @throws CommanderError after it printed the help or a usage error. */
export function readOptions(words: readonly string[]): Options {
  return new Command("npm run quickstart --")
    .description("Create real hosts on this machine from a TypeScript program: examples/quickstart.ts.")
    .addOption(new Option("--driver <name>", "container engine").choices(drivers).default(defaults.driver))
    .option("--port <number>", "port of the daemon", defaults.port)
    .option("--range <FIRST-LAST>", "addresses for hosts, or a CIDR range (default: 198.18.0.0/22)")
    .addOption(new Option("--prepare", "only install the requirements").conflicts("destroy"))
    .option("--destroy", "remove the hosts, the daemon and everything that was created for them")
    .addHelpText("after", examples)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(words, { from: "user" })
    .opts<Options>();
}
