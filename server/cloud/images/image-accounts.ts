import { join } from "node:path";
import { z } from "zod";
import { accessTokenNameSchema, adminAccount } from "../../../protocol/methods/access-token";
import { imageNameSchema } from "../../../protocol/methods/name";
import { Queue } from "../../support/concurrency/turns";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";

const fileSchema = z.record(imageNameSchema, accessTokenNameSchema);

/**
 * The accounts of images, in the file `image-accounts.json`. Images that it does not name are the local admin's: the host's
 * own, and those of earlier releases.
 */
export class ImageAccounts {
  #accounts: ReadonlyMap<string, string>;
  readonly #writes = new Queue();

  private constructor(
    private readonly path: string,
    kept: Readonly<Record<string, string>>,
  ) {
    this.#accounts = new Map(Object.entries(kept));
  }

  static async open(stateFolder: string, damaged: DamagedFiles): Promise<ImageAccounts> {
    const path = join(stateFolder, "image-accounts.json");
    return new ImageAccounts(path, (await damaged.read(path, fileSchema)) ?? {});
  }

  of(image: string): string {
    return this.#accounts.get(image) ?? adminAccount;
  }

  /** Records whose an image is. Call it before the image exists, and with the admin's account once it does not. */
  async set(image: string, account: string): Promise<void> {
    await this.#writes.take(async () => {
      if (this.of(image) === account) {
        return;
      }
      const changed = new Map(this.#accounts);
      if (account === adminAccount) {
        changed.delete(image);
      } else {
        changed.set(image, account);
      }
      await writeJsonFile(this.path, Object.fromEntries(changed));
      this.#accounts = changed;
    });
  }
}
