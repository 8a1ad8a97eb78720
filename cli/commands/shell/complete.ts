import * as z from "zod";
import { type Command, command } from "../../command";
import { offer } from "../../completion/candidates";
import { filesMark } from "../../completion/shells";

/** Creates the command that shell completions call. @param commands the commands to complete. */
export function complete(commands: readonly Command[]): Command {
  return command({
    name: "complete",
    summary: "Print completions for the last argument",
    hidden: true,
    passThrough: true,
    options: {},
    arguments: {
      words: {
        syntax: "[WORD...]",
        help: "arguments of mcc up to the cursor",
        value: z.array(z.string()).default([]),
      },
    },
    examples: [["complete -- run-instances -i ''", "print the names of the images"]],
    run: async ({ words }, io) => {
      const offered = await offer(io, commands, words);
      offered.words.forEach(({ word, description }) => io.print(`${word}\t${description}`));
      if (offered.files) {
        io.print(filesMark);
      }
    },
  });
}
