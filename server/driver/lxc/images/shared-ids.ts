import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { containerRoot, idCount } from "../commands/command";

/** The files that grant ids of the host to users: subuid(5), subgid(5). */
const grants = ["etc/subuid", "etc/subgid"];

/**
 * Returns the users of the host who have ids that the containers use, each with the remedy: such a user can act as the
 * containers' root. Root's own line does not count, because LXC needs it.
 *
 * @param root the folder that contains the files.
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
