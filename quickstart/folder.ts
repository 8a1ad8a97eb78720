import { mkdir } from "node:fs/promises";
import type { Place } from "./place";

/** The quickstart's own folder, closed to others; the state folder above it is open, as containers need it. */
export async function makeFolder({ stateFolder, folder }: Place): Promise<void> {
  await mkdir(stateFolder, { recursive: true, mode: 0o755 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
