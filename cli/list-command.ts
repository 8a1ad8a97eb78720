import type { Client } from "../client/client";
import { type Command, command } from "./command";
import { formOptions, type Layout, printListing } from "./output/listing";

/**
 * A command that lists all that there is of something, in every form.
 *
 * @param marks whether it is a program of its own, too.
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
      [name, "a table"],
      [`${name} --quiet`, "for scripts"],
    ],
    run: async (form, io) => {
      const client = io.connect();
      await printListing(io, client, await list(client), form, layout);
    },
  });
}
