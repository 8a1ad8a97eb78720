import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";
import { type GroupRole, groupTokenFile, problemOfToken, protectToken } from "../state/identity";
import type { LateWrites } from "../state/late-writes";
import { shareWithOperators } from "../state/operators-group";
import type { AccessTokens } from "./access-tokens";

/** The account of the group's members, if they have the role `user`. */
export const groupAccount = "local-group";

const longestTokenFile = 4096;

interface GroupTokenContext {
  readonly stateFolder: string;
  readonly tokenPath: string;
  readonly tokens: Pick<AccessTokens, "list" | "add" | "rotate" | "revoke" | "isTextOf">;
  readonly damaged: Pick<DamagedFiles, "readText">;
  readonly lateWrites: Pick<LateWrites, "attempt">;
}

/** Prevents the group from reading the daemon's own token, before that exists. */
export async function reserveGroupToken(
  stateFolder: string,
  role: GroupRole,
  damaged: Pick<DamagedFiles, "requireFile">,
): Promise<void> {
  if (role === "user") {
    const path = join(stateFolder, groupTokenFile);
    await damaged.requireFile(path);
    await writeFile(path, "", { flag: "a", mode: 0o600 });
  }
}

/**
 * Gives the members of the host's group `minicloud` a token with this role: a token of the role `user` that they share, or the
 * daemon's own. A token that was given once stays, also if an admin revokes it. A file that is damaged, or that has another
 * text than the token, is moved away, and the group gets a new text.
 *
 * @returns the file of the shared token; undefined if they have the daemon's own.
 */
export async function keepGroupToken(
  role: GroupRole,
  { stateFolder, tokenPath, tokens, damaged, lateWrites }: GroupTokenContext,
): Promise<string | undefined> {
  const path = join(stateFolder, groupTokenFile);
  const isKnown = (): boolean => tokens.list().some(({ name }) => name === groupAccount);
  if (role === "admin") {
    if (existsSync(path)) {
      await rm(path);
      await tokens.revoke({ name: groupAccount });
    }
    await protectToken(tokenPath);
    return undefined;
  }
  const kept = await damaged.readText(path, {
    mostBytes: longestTokenFile,
    check: (text) => {
      if (text.trim() === "") {
        // It was reserved, and not written yet.
        return undefined;
      }
      const isOther = isKnown() && !tokens.isTextOf(groupAccount, text.trim());
      return (
        problemOfToken(text) ?? (isOther ? `it is not the token of the account ${groupAccount}` : undefined)
      );
    },
  });
  await lateWrites.attempt("the token of the group", async () => {
    if ((kept ?? "").trim() === "") {
      const { token } = isKnown()
        ? await tokens.rotate({ name: groupAccount, graceSeconds: 0 })
        : await tokens.add({ name: groupAccount, role: "user" });
      await replaceFile(path, `${token}\n`, 0o600);
    }
    await shareWithOperators(path);
  });
  // Also if the file of the group cannot be written.
  await chmod(tokenPath, 0o600);
  return path;
}
