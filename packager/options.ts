import { Command, Option } from "commander";
import { packageVersion } from "../protocol/package-version";
import { type Architecture, architectures } from "./runtime";

const formats = ["deb", "rpm"] as const;
export type Format = (typeof formats)[number];

export interface Options {
  readonly arch: Architecture;
  readonly formats: readonly Format[];
  readonly version: string;
  readonly output: string;
}

/** Reads the arguments of `npm run package`. @throws CommanderError after it printed the help or a usage error. */
export function readOptions(words: readonly string[]): Options {
  const command = new Command("npm run package --")
    .description("Builds the packages for Debian and for distributions with RPM.")
    .addOption(
      new Option("--arch <name>", "architecture").choices(Object.keys(architectures)).default("amd64"),
    )
    .addOption(new Option("--format <name>", "only this format").choices(formats))
    .option("--version <version>", "version of the package", packageVersion())
    .option("--output <folder>", "folder for the packages", "dist-packages")
    .allowExcessArguments(false)
    .exitOverride();
  const { format, ...rest } = command
    .parse(words, { from: "user" })
    .opts<Omit<Options, "formats"> & { format?: Format }>();
  return { ...rest, formats: format === undefined ? formats : [format] };
}
