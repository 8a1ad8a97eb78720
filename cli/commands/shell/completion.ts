import * as z from "zod";
import { type Command, command } from "../../command";
import { completionScript, shells } from "../../completion/shells";

/** Creates the command that prints a completion script. @param commands the commands to complete. */
export function completion(commands: readonly Command[]): Command {
  const standalone = commands.filter((row) => row.standalone).map(({ name }) => `mcc-${name}`);
  return command({
    name: "completion",
    summary: "Print a shell completion script",
    options: {},
    arguments: {
      shell: {
        syntax: "<SHELL>",
        help: shells.join(", "),
        value: z.enum(shells),
        names: ["shell"],
      },
    },
    examples: [
      ["completion bash >/etc/bash_completion.d/mcc", "install for bash, for all users"],
      ["completion zsh >>~/.zshrc", "install for zsh, after compinit"],
      ["completion fish >~/.config/fish/conf.d/mcc.fish", "install for fish, if the folder exists"],
    ],
    run: ({ shell }, io) => {
      io.print(completionScript(shell, ["mcc", ...standalone]));
      return Promise.resolve();
    },
  });
}
