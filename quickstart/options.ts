import { Command, Option } from "commander";

export const drivers = ["lxc", "simulated"] as const;
export type DriverName = (typeof drivers)[number];

export interface Options {
  readonly driver: DriverName;
  readonly port: string;
  /** Addresses for hosts, as `mccserver -r` takes them; its default where none is given. */
  readonly range?: string;
  readonly prepare?: true;
  readonly destroy?: true;
}

export const defaults = { driver: "lxc", port: "8080" } as const satisfies Partial<Options>;

const examples = `
Examples:
  npm run quickstart                          three hosts, and how to log in to them
  npm run quickstart -- --driver simulated    the same program without root; hosts exist in memory only
  npm run quickstart -- --destroy             remove them and all that was made for them
  npm run isolated -- npm run quickstart      try it without touching this machine's network`;

/** @throws CommanderError once help, or what is wrong with the words, has been printed. */
export function readOptions(words: readonly string[]): Options {
  return new Command("npm run quickstart --")
    .description("Makes real hosts on this machine, declared in TypeScript: examples/quickstart.ts.")
    .addOption(new Option("--driver <name>", "container engine").choices(drivers).default(defaults.driver))
    .option("--port <number>", "port of the daemon", defaults.port)
    .option("--range <FIRST-LAST>", "addresses for hosts, or a CIDR range (default: 198.18.0.0/22)")
    .addOption(new Option("--prepare", "install what is needed and do nothing else").conflicts("destroy"))
    .option("--destroy", "remove the hosts, the daemon and all that was made for them")
    .addHelpText("after", examples)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(words, { from: "user" })
    .opts<Options>();
}
