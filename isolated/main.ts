import { messageOf } from "../protocol/error";
import { runIsolated } from "./isolated";

const usage = `Usage: npm run isolated -- COMMAND [ARGUMENT...]

Runs a command, as root, in a network and a mount namespace of its own: it sees no network but its own loopback,
and /var/lib/minicloud, /run/minicloud and /run/lxc are empty and in memory. When it ends, its containers are
stopped, then its daemons, and nothing of it remains. The exit code is the command's.

  npm run isolated -- npm run quickstart
  npm run isolated -- bash
`;

async function main(words: string[]): Promise<number> {
  if (words.length === 0 || words[0] === "--help") {
    console.log(usage);
    return words.length === 0 ? 2 : 0;
  }
  return runIsolated(words);
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(`isolated: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
