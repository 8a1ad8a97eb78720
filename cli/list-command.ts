import { type Client, connect } from "../client/client";
import { type Command, command } from "./command";
import { formOptions, type Layout, printListing } from "./output/listing";

/** A command that lists all that there is of something, in every form. */
export function listCommand<T>(
  name: string,
  summary: string,
  list: (client: Client) => Promise<readonly T[]>,
  layout: Layout<T>,
): Command {
  return command({
    ...{ name, summary, standalone: true },
    options: formOptions,
    arguments: {},
    examples: [
      [name, "a table"],
      [`${name} --quiet`, "for scripts"],
    ],
    run: async (form) => printListing(await list(connect()), form, layout),
  });
}
