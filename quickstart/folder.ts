import { mkdir } from "node:fs/promises";
import type { Place } from "./place";

/** Creates the quickstart's own folder, with mode 0700. The state folder above it is open for containers. */
export async function makeFolder({ stateFolder, folder }: Place): Promise<void> {
  await mkdir(stateFolder, { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
