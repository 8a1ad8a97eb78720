import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { isOnPath } from "../../support/program-path";
import type { Finding } from "../driver";
import type { EngineSettings } from "./settings";

/** The files that grant ids of the host to users: subuid(5), subgid(5). */
const files = ["subuid", "subgid"];
/** What an instance needs. */
const leastIds = 65_536;

/**
 * Returns what keeps an engine on this machine from starting instances: with newuidmap, they need ids of root. The API does
 * not tell it, and the engine can have other files than this machine, so that it is only a hint.
 *
 * @param etc for tests. Default: that of this machine.
 */
export async function localIdsFinding(
  { urls }: Pick<EngineSettings, "urls">,
  etc = "/etc",
  hasNewuidmap = isOnPath("newuidmap", ["/usr/bin"]),
): Promise<Finding[]> {
  if (!hasNewuidmap || !urls.every((url) => url.startsWith("unix:"))) {
    return [];
  }
  const texts = await Promise.all(
    files.map(
      async (file) => (await unlessErrno(readFile(join(etc, file), "utf8"), "ENOENT", "EACCES")) ?? "",
    ),
  );
  const lacking = files.filter((_, index) => !grantsRoot(texts[index] ?? ""));
  return lacking.length === 0
    ? []
    : [
        {
          lacking: `${lacking.map((file) => join("/etc", file)).join(" and ")} of this machine grant no ids to root, and the package uidmap is installed; an engine that uses these files starts no instance`,
          remedy: "add the line root:1000000:1000000000 to both files, and restart the engine",
          optional: true,
        },
      ];
}

/** @param text lines of `USER:FIRST:COUNT`. */
function grantsRoot(text: string): boolean {
  return text
    .split("\n")
    .map((line) => line.trim().split(":"))
    .some(([user = "", , count]) => ["root", "0"].includes(user) && Number(count) >= leastIds);
}
