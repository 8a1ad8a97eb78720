import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../protocol/error";
import { replaceFile } from "./json-file";
import { shareWithOperators } from "./operators-group";
import { tolerate } from "./tolerate";

/** What makes a daemon this one, for the whole life of its state folder. */
export interface Identity {
  /** 32 hexadecimal digits. */
  readonly serverId: string;
  /** What clients must know to be let in. An operator may put another one into the file. */
  readonly token: string;
  readonly tokenPath: string;
}

/**
 * Reads who this daemon is; makes it up at the first start.
 *
 * @throws MccError `invalid` for a file whose content was damaged: another identity would orphan what the
 * old one made.
 */
export async function openIdentity(stateFolder: string): Promise<Identity> {
  const serverIdPath = join(stateFolder, "server-id");
  const tokenPath = join(stateFolder, "token");
  const serverId = await readOrMake(serverIdPath, randomBytes(16).toString("hex"), 0o644);
  const token = await readOrMake(tokenPath, randomBytes(32).toString("base64url"), 0o600);
  if (!/^[0-9a-f]{32}$/.test(serverId)) {
    throw new MccError(
      "invalid",
      `${serverIdPath} holds no server id (32 hexadecimal digits); put back the one that was in it, as server.info told it.`,
    );
  }
  if (!/^[\x21-\x7e]{16,}$/.test(token)) {
    throw new MccError(
      "invalid",
      `${tokenPath} holds no token (16 or more printable characters without blanks); delete the file to have a new one made.`,
    );
  }
  await shareWithOperators(tokenPath);
  return { serverId, token, tokenPath };
}

async function readOrMake(path: string, fresh: string, mode: number): Promise<string> {
  const text = await tolerate(["ENOENT"], readFile(path, "utf8"));
  if (text !== undefined) {
    return text.trim();
  }
  await replaceFile(path, `${fresh}\n`, mode);
  return fresh;
}
