import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../../client";
import type { TestDaemon } from "./test-daemon";

/** The tarball of the image micro, which the test run has built. */
export function microTarball(): string {
  const path = process.env["MINICLOUD_TEST_MICRO"];
  if (path === undefined) {
    throw new Error("MINICLOUD_TEST_MICRO names no tarball: run these tests by npm test.");
  }
  return path;
}

/** Gives a daemon the image `micro`. @returns a tarball that belongs to the suite. */
export async function importMicro({ folder }: TestDaemon, client: Client): Promise<string> {
  const path = join(folder, "micro.tar");
  await copyFile(microTarball(), path);
  await client.call("image.import", { name: "micro", path });
  return path;
}
