import { messageOf } from "../../../../protocol/error";
import type { ApiInstance } from "../api/types";
import { type Engine, pathOf } from "../engine";
import { markOf, markSettings } from "../instances/marks";
import { readFile, writeFiles } from "./files";
import { nameServersPath, nameServersText, text } from "./system-files";

const mostBytes = 64 * 1024;

/**
 * Gives an instance that does not run other name servers. One that changed its file itself keeps it. A failure is logged: the
 * instance can work with the earlier ones.
 */
export async function changeNameServers(
  engine: Engine,
  id: number,
  instance: ApiInstance,
  nameservers: readonly string[],
): Promise<void> {
  const written = markOf(instance, "name-servers") ?? "";
  const wanted = nameservers.join(" ");
  if (wanted === written) {
    return;
  }
  try {
    const current = await readFile(engine, id, nameServersPath, mostBytes);
    if (
      current === undefined ||
      Buffer.from(current).toString("utf8") !==
        nameServersText(written.split(" ").filter((each) => each !== ""))
    ) {
      return;
    }
    await writeFiles(engine, id, [text(nameServersPath, nameServersText(nameservers))]);
    await engine.api.change("PATCH", pathOf(engine, id), {
      json: { config: markSettings({ "name-servers": wanted }) },
    });
  } catch (error) {
    engine.log.warn(
      { instance: id, err: error },
      `the name servers of an instance stay as they were: ${messageOf(error)}`,
    );
  }
}
