import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureFolder } from "../../../support/files/make-folder";
import { exists } from "../host";

/** Root's notes of the ids that the daemon of a user reserved or destroys, as long as their containers exist. */
export class Claims {
  readonly #folder: string;

  /** @param folder root's own. */
  constructor(folder: string) {
    this.#folder = join(folder, "claims");
  }

  async add(ctid: string): Promise<void> {
    await ensureFolder(this.#folder, 0o700);
    await writeFile(join(this.#folder, ctid), "");
  }

  async has(ctid: string): Promise<boolean> {
    return await exists(join(this.#folder, ctid));
  }

  async remove(ctid: string): Promise<void> {
    await rm(join(this.#folder, ctid), { force: true });
  }
}
