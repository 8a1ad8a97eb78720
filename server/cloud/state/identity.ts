import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { MccError } from "../../../protocol/error";
import { replaceFile } from "../../support/files/json-file";
import { readKeptText } from "../../support/files/kept-file";
import type { DamagedFiles } from "./damaged-files";
import type { LateWrites } from "./late-writes";
import { shareWithOperators } from "./operators-group";

/** What makes a daemon this one, for the whole life of its state folder. */
export interface Identity {
  /** 32 hexadecimal digits. */
  readonly serverId: string;
  /** What clients must know to be let in. An operator may put another one into the file. */
  readonly token: string;
  readonly tokenPath: string;
  /** Whether the state folder is a new one. */
  readonly isNew: boolean;
}

const serverIdPattern = /^[0-9a-f]{32}$/;
/** `/run/minicloud` is root's; users' daemons have another folder. */
const whereServerIdIs =
  "server.info told it (mcc server-info), Pulumi's state has it as serverId, and so may the file of the daemon's port in /run/minicloud";

/**
 * Reads who this daemon is; makes it up at the first start.
 *
 * A token that is missing or damaged is replaced by a new one. To refuse the start would shut everybody out until
 * someone deletes the file by hand, which does the same. The new one is random, so this lets nobody in: who has the
 * old one is refused as with any wrong token, and who may read the file has the new one. Where the file system
 * refuses its file, that is written later, and until then no client can have it.
 *
 * @throws MccError `invalid` for a server-id whose content was damaged: another identity would orphan what the
 * old one made. Nothing was changed then.
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
  await lateWrites.attempt("the token", async () => {
    if (kept === undefined) {
      await make(tokenPath, token, 0o600);
    }
    await shareWithOperators(tokenPath);
  });
  if (found !== undefined && kept === undefined) {
    damaged.report(tokenPath, "a new token was made; clients that have the old one are refused");
  }
  return { serverId, token, tokenPath, isNew: found === undefined };
}

/** A token is a line; the rest of a larger file would not be one. */
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

/** JSON is the content of another file, which others may know. */
function problemOfToken(text: string): string | undefined {
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
