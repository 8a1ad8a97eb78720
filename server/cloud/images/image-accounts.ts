import { join } from "node:path";
import { z } from "zod";
import { accessTokenNameSchema, adminAccount } from "../../../protocol/methods/access-token";
import { imageNameSchema } from "../../../protocol/methods/values/name";
import { Queue } from "../../support/concurrency/turns";
import { writeJsonFile } from "../../support/files/json-file";
import type { Caller } from "../access/caller";
import type { DamagedFiles } from "../state/damaged-files";

/** An image that only its account uses. A name alone is the account of an image for all. */
const privateSchema = z.object({ account: accessTokenNameSchema, private: z.literal(true) });
const fileSchema = z.record(imageNameSchema, z.union([accessTokenNameSchema, privateSchema]));
type Entry = z.infer<typeof fileSchema>[string];

/**
 * The accounts of images, in the file `image-accounts.json`. Images that it does not name are the local admin's: the host's
 * own, and those of earlier releases. Those of admins are for all accounts.
 */
export class ImageAccounts {
  #entries: ReadonlyMap<string, Entry>;
  readonly #writes = new Queue();

  private constructor(
    private readonly path: string,
    kept: Readonly<Record<string, Entry>>,
  ) {
    this.#entries = new Map(Object.entries(kept));
  }

  static async open(stateFolder: string, damaged: DamagedFiles): Promise<ImageAccounts> {
    const path = join(stateFolder, "image-accounts.json");
    return new ImageAccounts(path, (await damaged.read(path, fileSchema)) ?? {});
  }

  of(image: string): string {
    const entry = this.#entries.get(image) ?? adminAccount;
    return typeof entry === "string" ? entry : entry.account;
  }

  /** Returns whether a caller may use an image. */
  isOpenTo({ account, role }: Caller, image: string): boolean {
    const entry = this.#entries.get(image) ?? adminAccount;
    return typeof entry === "string" || entry.account === account || role !== "user";
  }

  /**
   * Records whose an image is, and whether others may use it. Call it before the image exists, and with the admin's account
   * once it does not.
   */
  async set(image: string, account: string, isPrivate = false): Promise<void> {
    await this.#writes.take(async () => {
      const before = this.#entries.get(image) ?? adminAccount;
      if (this.of(image) === account && (typeof before === "object") === isPrivate) {
        return;
      }
      const changed = new Map(this.#entries);
      if (account === adminAccount && !isPrivate) {
        changed.delete(image);
      } else {
        changed.set(image, isPrivate ? { account, private: true } : account);
      }
      await writeJsonFile(this.path, Object.fromEntries(changed));
      this.#entries = changed;
    });
  }
}
