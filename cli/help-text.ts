import type { Example } from "./command";

/** What `mcc --help` shows first: the way of an instance. */
const firstSteps: readonly Example[] = [
  ["build-image", "an image to start from, once"],
  ["add-key -n me", "your own public key, once you have said yes"],
  ["run-instances -k me -n web -c 3", "makes web-1 to web-3, and waits until they can be used"],
  ["list-instances", "what there is"],
  ["ssh web-1", "a shell in one of them"],
  ["destroy-instance web-1 web-2 web-3", "and they are gone"],
];

/** What stands below the help of the program itself, and below that of all its commands. */
export const programHelp = {
  own: `
${examplesText(firstSteps, "mcc ")}

"mcc help COMMAND" shows the options of a command, and examples.`,
  all: `
Environment:
  MCC_SERVER  the daemon, as host:port or a URL (default: 127.0.0.1:8080)
  MCC_TOKEN   its token (default: the token of the daemon on this machine)
  NO_COLOR    set to anything, there are no colours`,
};

/** @param prefix what to write before the words: `mcc `, or `mcc-` for a program of its own. */
export function examplesText(examples: readonly Example[], prefix: string): string {
  const width = Math.max(...examples.map(([words]) => words.length));
  const lines = examples.map(([words, meaning]) => `  ${prefix}${words.padEnd(width)}  ${meaning}`);
  return ["Examples:", ...lines].join("\n");
}
