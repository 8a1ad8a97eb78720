import { readFile } from "node:fs/promises";
import { messageOf } from "../protocol/error";
import { runtimeFilePaths, runtimeFileSchema } from "../protocol/runtime-file";

export interface LocalToken {
  readonly token?: string;
  /** Why there is no token though a daemon's file was found, to say when the daemon asks for one. */
  readonly problem?: string;
}

const loopbackHosts = ["127.0.0.1", "[::1]", "localhost"];

/**
 * The token of the daemon of this host that listens at just this address, from the file that it leaves for
 * local programs. Nothing for an address that is not a loopback one, or that no file names.
 */
export async function findLocalToken(server: URL): Promise<LocalToken> {
  if (!loopbackHosts.includes(server.hostname)) {
    return {};
  }
  const problems: string[] = [];
  for (const path of runtimeFilePaths(portOf(server))) {
    try {
      const file = runtimeFileSchema.parse(JSON.parse(await readFile(path, "utf8")));
      if (new URL(file.url).origin === server.origin) {
        return { token: (await readFile(file.tokenPath, "utf8")).trim() };
      }
    } catch (error) {
      if (!isMissing(error)) {
        problems.push(`Its token could not be found by way of ${path}: ${messageOf(error)}.`);
      }
    }
  }
  return problems.length === 0 ? {} : { problem: problems.join(" ") };
}

function portOf(server: URL): number {
  return Number(server.port || (server.protocol === "https:" ? 443 : 80));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
