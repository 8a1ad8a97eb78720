import type { Client } from "../client/client";
import { type Command, command } from "./command";
import { formOptions, type Layout, printListing } from "./output/listing";

/**
 * Creates a command that lists all objects of one kind, in every output form.
 *
 * @param marks whether there is also a standalone program.
 */
export function listCommand<T>(
  name: string,
  summary: string,
  list: (client: Client) => Promise<readonly T[]>,
  layout: Layout<T>,
  marks: Pick<Command, "standalone"> = {},
): Command {
  return command({
    name,
    summary,
    ...marks,
    options: formOptions,
    arguments: {},
    examples: [
      [name, "print a table"],
      [`${name} --quiet`, "print only the names, for scripts"],
    ],
    run: async (form, io) => {
      const client = io.connect();
      await printListing(io, client, await list(client), form, layout);
    },
  });
}
