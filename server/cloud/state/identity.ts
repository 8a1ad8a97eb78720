import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MccError } from "../../../protocol/error";
import { replaceFile } from "../../support/files/json-file";
import { readKeptText } from "../../support/files/kept-file";
import type { DamagedFiles } from "./damaged-files";
import type { LateWrites } from "./late-writes";
import { shareWithOperators } from "./operators-group";

/** The identity of a daemon, for the whole life of its state folder. */
export interface Identity {
  /** 32 hexadecimal digits. */
  readonly serverId: string;
  /** The local admin's token at the start. An operator may put another one into the file. */
  readonly token: string;
  readonly tokenPath: string;
  /** Whether the state folder is a new one. */
  readonly isNew: boolean;
}

const serverIdPattern = /^[0-9a-f]{32}$/;
/** `/run/minicloud` belongs to root; daemons of other users have another folder. */
const whereServerIdIs =
  "mcc server-info showed it, Pulumi's state has it as serverId, and the file of the daemon's port in /run/minicloud may have it";

/**
 * Reads the daemon's identity; creates it at the first start.
 *
 * A token that is missing or damaged is replaced by a new one. A refused start would lock out all clients until the operator
 * deletes the file, with the same effect. The new token is random, so this admits no client: the old token is refused like
 * any wrong one, and only users who may read the file have the new one. Where the file system refuses the file, it is
 * written later, and until then no client can have the token.
 *
 * @throws MccError `invalid` for a server-id whose content was damaged: another identity would orphan the
 * instances of the old one. Nothing is changed then.
 */
export async function openIdentity(
  stateFolder: string,
  damaged: DamagedFiles,
  lateWrites: Pick<LateWrites, "attempt">,
): Promise<Identity> {
  const serverIdPath = join(stateFolder, "server-id");
  const tokenPath = join(stateFolder, "token");
  const found = await readServerId(serverIdPath);
  const serverId = found ?? (await make(serverIdPath, randomBytes(16).toString("hex"), 0o644));
  const kept = await damaged.readText(tokenPath, { mostBytes: longestTokenFile, check: problemOfToken });
  const token = kept?.trim() ?? randomBytes(32).toString("base64url");
  await lateWrites.attempt(tokenWrite, async () => {
    await (kept === undefined ? writeToken(tokenPath, token) : protectToken(tokenPath));
  });
  if (found !== undefined && kept === undefined) {
    damaged.report(tokenPath, "a new token was made; clients with the old one are refused");
  }
  return { serverId, token, tokenPath, isNew: found === undefined };
}

/** The name of the write of the token, for `LateWrites`. */
export const tokenWrite = "the token";

/** Writes the token of the local admin, which programs on the host read from the file. */
export async function writeToken(tokenPath: string, token: string): Promise<void> {
  await make(tokenPath, token, 0o600);
  await protectToken(tokenPath);
}

/** What the members of the host's group `minicloud` may do: as the daemon's own token, or as one of the role `user`. */
export type GroupRole = "admin" | "user";
/** The file of a token for the group, next to that of the daemon. */
export const groupTokenFile = "group-token";

/** Makes the daemon's own token readable for the group, unless the group has another one. */
export async function protectToken(tokenPath: string): Promise<void> {
  await (existsSync(join(dirname(tokenPath), groupTokenFile))
    ? chmod(tokenPath, 0o600)
    : shareWithOperators(tokenPath));
}

/** A token is one line; a larger file has none. */
const longestTokenFile = 64 * 1024;

async function readServerId(path: string): Promise<string | undefined> {
  const reading = await readKeptText(path, longestTokenFile);
  if (reading.outcome === "missing") {
    return undefined;
  }
  const serverId = reading.outcome === "read" ? reading.value.trim() : "";
  if (!serverIdPattern.test(serverId)) {
    const why = reading.outcome === "damaged" ? `: ${reading.reason}` : "";
    throw new MccError(
      "invalid",
      `${path} holds no server id (32 hexadecimal digits)${why}; nothing was changed. Put back the one that was in it: ${whereServerIdIs}.`,
    );
  }
  return serverId;
}

/** Returns why a file has no token. JSON would be the content of another file, which other users may know. */
export function problemOfToken(text: string): string | undefined {
  const token = text.trim();
  return /^[\x21-\x7e]{16,}$/.test(token) && !isJson(token)
    ? undefined
    : "it holds no token (16 or more printable characters without blanks)";
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

async function make(path: string, fresh: string, mode: number): Promise<string> {
  await replaceFile(path, `${fresh}\n`, mode);
  return fresh;
}
