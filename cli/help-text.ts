import type { Example } from "./command";

/** The first examples of `mcc --help`: the life of an instance. */
const firstSteps: readonly Example[] = [
  ["build-image", "build the micro image, once"],
  ["add-key -n me", "add your own public key, after confirmation"],
  ["run-instances -k me -n web -c 3", "create web-1 to web-3, and wait until they are ready"],
  ["list-instances", "list them"],
  ["ssh web-1", "open a shell in one of them"],
  ["destroy-instance web-1 web-2 web-3", "destroy them"],
];

/** The text after the help of the program itself, and after the help of every command. */
export const programHelp = {
  own: `
${examplesText(firstSteps, "mcc ")}

"mcc help COMMAND" shows the options of a command, and examples.`,
  all: `
Environment:
  MCC_SERVER     the daemon, as host:port or a URL (default: 127.0.0.1:8080)
  MCC_TOKEN      its token (default: the token of the daemon on this machine)
  MCC_PROTOCOL   xml or json, to use only this one (default: json if the daemon has it)
  MCC_CA         the authority of its certificate, as a file in PEM (default: those of the system)
  MCC_CERTIFICATE, MCC_CERTIFICATE_KEY
                 a client certificate and its key, as files in PEM, in place of a token
  MCC_JUMP_HOST  the SSH jump host to instances, or "none" (default: the daemon's host, unless it is this machine)
  NO_COLOR       set it to disable colours`,
};

/** Formats examples. @param prefix the text before the arguments: `mcc `, or `mcc-` for a standalone program. */
export function examplesText(examples: readonly Example[], prefix: string): string {
  const width = Math.max(...examples.map(([words]) => words.length));
  const lines = examples.map(([words, meaning]) => `  ${prefix}${words.padEnd(width)}  ${meaning}`);
  return ["Examples:", ...lines].join("\n");
}
