import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { containerRoot, idCount } from "../commands/command";

/** Who may act as which users and groups of the host: subuid(5), subgid(5). */
const grants = ["etc/subuid", "etc/subgid"];

/**
 * The users of the host to whom it grants ids that the containers use, each with the remedy: such a user may pass for
 * the containers' root. Root's own line is the one that LXC asks for.
 *
 * @param root under which the files are read.
 */
export async function sharedIdGaps(root = "/"): Promise<string[]> {
  const gaps = await Promise.all(
    grants.map(async (file) => {
      const text = (await unlessErrno(readFile(join(root, file), "utf8"), "ENOENT")) ?? "";
      return text.split("\n").flatMap((line) => gapIn(line, `/${file}`));
    }),
  );
  return gaps.flat();
}

function gapIn(line: string, file: string): string[] {
  const [user = "", first, count] = line.split(":");
  const [begin, length] = [Number(first), Number(count)];
  const isShared = begin < containerRoot + idCount && begin + length > containerRoot;
  return user === "" || user === "root" || user === "0" || !isShared
    ? []
    : [
        `${file} grants ${user} the ids ${begin}-${begin + length - 1}, which containers use: ${user} can read the files of every instance; give ${user} other ids (usermod --del-subuids, --del-subgids, --add-subuids, --add-subgids)`,
      ];
}
