import { messageOf } from "../protocol/error";
import { runIsolated } from "./isolated";

const usage = `Usage: npm run isolated -- COMMAND [ARGUMENT...]

Run a command as root in a new network and mount namespace. Its network has only a loopback interface, and
/var/lib/minicloud, /run/minicloud and /run/lxc are empty and in memory. When the command ends, its containers and
then its daemons are stopped, and nothing remains. The exit code is that of the command.

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
