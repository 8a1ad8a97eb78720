import { z } from "zod";
import { type Command, command } from "../../command";
import { completionScript, shells } from "../../completion/shells";

/** @param commands those that are completed. */
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
      ["completion bash >/etc/bash_completion.d/mcc", "for bash, for everybody"],
      ["completion zsh >>~/.zshrc", "for zsh, behind compinit"],
      ["completion fish >~/.config/fish/conf.d/mcc.fish", "for fish, once there is that folder"],
    ],
    run: ({ shell }, io) => {
      io.print(completionScript(shell, ["mcc", ...standalone]));
      return Promise.resolve();
    },
  });
}
