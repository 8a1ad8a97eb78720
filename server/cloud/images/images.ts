import { stat } from "node:fs/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { adminAccount } from "../../../protocol/methods/access-token";
import type { Image } from "../../../protocol/methods/image";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import type { Driver } from "../../driver/driver";
import { type ArchiveLimits, archiveLimits } from "../../support/archives/limits";
import type { Caller } from "../access/caller";
import { requireOwn } from "../access/rights";
import type { ImageAccounts } from "./image-accounts";
import { isStockName } from "./stock-names";

/** Returns the ids of the instances that use an image. */
export type ImageUsers = (image: string) => readonly number[];

/** The archive of a user may not fill the disk of the host. */
const limitsOfUsers: ArchiveLimits = { ...archiveLimits, entries: 500_000, bytes: 8 * 1024 ** 3 };
const mostImagesOfUser = 16;

/** The images of the driver. Refuses changes of images that are in use or being changed. */
export class Images {
  readonly #driver: Driver;
  /** Being imported or removed now. */
  readonly #changing = new Set<string>();
  /** The accounts of the imports under way, by the names of their images, in their order. */
  readonly #importing = new Map<string, string>();

  constructor(
    driver: Driver,
    private readonly accounts: ImageAccounts,
  ) {
    this.#driver = driver;
  }

  /** Returns the images that the caller may use. */
  async list(caller: Caller): Promise<Image[]> {
    return (await this.#driver.images())
      .filter(({ name }) => this.accounts.isOpenTo(caller, name))
      .map((image) => this.#describe(image));
  }

  /**
   * @throws MccError `not-found` that lists the images for the caller, `forbidden` for one that a user of another account
   * uploaded, `conflict` for one that is being removed.
   */
  async requireUsable(caller: Caller, name: string): Promise<void> {
    const images = await this.#driver.images();
    if (!this.accounts.isOpenTo(caller, name) && images.some((image) => image.name === name)) {
      throw new MccError(
        "forbidden",
        `The image "${name}" was uploaded by another account for itself, and the token "${caller.account}" has the role user; upload the image under another name, or ask an admin of the daemon to import it for all.`,
      );
    }
    if (this.#changing.has(name)) {
      throw new MccError("conflict", `The image "${name}" is being imported or removed; try again shortly.`);
    }
    if (!images.some((image) => image.name === name)) {
      const open = images.filter((image) => this.accounts.isOpenTo(caller, image.name));
      const names = open.map((image) => image.name).join(", ");
      const there =
        names === ""
          ? 'no images yet; build a stock image with "mcc build-image" on its host, or import one with "mcc import-image"'
          : names;
      throw new MccError("not-found", `No image "${name}". This server has: ${there}.`);
    }
  }

  async import(caller: Caller, { name, path }: ParsedParameters<"image.import">): Promise<Image> {
    this.#requireCapability();
    await requireFile(path);
    return await this.#import(caller, name, () => this.#driver.importImage(name, path));
  }

  /** Imports an archive that the caller uploaded. Those of users have lower limits. */
  async importUpload(caller: Caller, name: string, path: string): Promise<Image> {
    const limits = caller.role === "admin" ? undefined : limitsOfUsers;
    return await this.#import(caller, name, async () => {
      try {
        return await this.#driver.importImage(name, path, limits);
      } catch (error) {
        // A client does not know the path of its archive on the host.
        throw MccError.reword(error, messageOf(error).replaceAll(path, `The archive of the image "${name}"`));
      }
    });
  }

  /**
   * Checks whether an import under this name can begin.
   *
   * @throws MccError `conflict` for a name that is taken, `forbidden` with a driver that imports none or for a user who gives
   * the name of a stock image, `exhausted` for a user with too many images.
   */
  async requireImportable(caller: Caller, name: string): Promise<void> {
    this.#requireCapability();
    if (this.#changing.has(name)) {
      throw isChanging(name);
    }
    await this.#requireFree(caller, name);
  }

  async #requireFree(caller: Caller, name: string): Promise<void> {
    if (caller.role === "user" && isStockName(name)) {
      throw new MccError(
        "forbidden",
        `"${name}" is the name of a stock image, and the token "${caller.account}" has the role user; choose another name, or ask an admin of the daemon to build the image.`,
      );
    }
    const images = await this.#driver.images();
    if (images.some((image) => image.name === name)) {
      throw new MccError(
        "conflict",
        `The image "${name}" exists already; remove it first, or choose another name.`,
      );
    }
    const own = new Set([
      ...images.map((image) => image.name).filter((image) => this.accounts.of(image) === caller.account),
      ...this.#importedBefore(name, caller.account),
    ]);
    if (caller.role === "user" && own.size >= mostImagesOfUser) {
      throw new MccError(
        "exhausted",
        `The account "${caller.account}" has ${own.size} images, which is the most that a user may have; remove one first (mcc remove-image).`,
      );
    }
  }

  /** Returns the account's images that are being imported, those before `name` if that is one of them. */
  #importedBefore(name: string, account: string): string[] {
    const all = [...this.#importing.keys()];
    return all
      .slice(0, all.includes(name) ? all.indexOf(name) : undefined)
      .filter((image) => this.#importing.get(image) === account);
  }

  async #import(caller: Caller, name: string, work: () => Promise<Image>): Promise<Image> {
    return await this.#whileChanging(name, async () => {
      this.#importing.set(name, caller.account);
      try {
        return await this.#importFree(caller, name, work);
      } finally {
        this.#importing.delete(name);
      }
    });
  }

  async #importFree(caller: Caller, name: string, work: () => Promise<Image>): Promise<Image> {
    await this.#requireFree(caller, name);
    // First, so that an image without this record is never a user's.
    await this.accounts.set(name, caller.account, caller.role === "user");
    try {
      return this.#describe(await work());
    } catch (error) {
      // If this cannot be written, the next import under this name corrects it.
      await this.accounts.set(name, adminAccount).catch(() => undefined);
      throw error;
    }
  }

  #describe(image: Image): Image {
    return { ...image, account: this.accounts.of(image.name) };
  }

  /**
   * @param leave removes the instances of the image that have no owner. Default: there are none.
   * @throws MccError `conflict` for an image in use, `forbidden` for one of another account.
   */
  async remove(
    caller: Caller,
    { name }: ParsedParameters<"image.remove">,
    users: ImageUsers,
    leave: (image: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<MethodResult<"image.remove">> {
    this.#requireCapability();
    requireOwn(caller, { account: this.accounts.of(name) }, `The image "${name}"`);
    return await this.#whileChanging(name, async () => {
      const ids = users(name);
      if (ids.length > 0) {
        throw new MccError(
          "conflict",
          caller.role === "user"
            ? `The image "${name}" is used by ${ids.length === 1 ? "an instance" : `${ids.length} instances`}, which must be destroyed first.`
            : `The image "${name}" is used by ${ids.length === 1 ? "instance" : "instances"} ${ids.join(", ")}; destroy ${ids.length === 1 ? "it" : "them"} first.`,
        );
      }
      await leave(name);
      const removed = await this.#driver.removeImage(name);
      await this.accounts.set(name, adminAccount);
      return { removed };
    });
  }

  async #whileChanging<T>(name: string, change: () => Promise<T>): Promise<T> {
    if (this.#changing.has(name)) {
      throw isChanging(name);
    }
    this.#changing.add(name);
    try {
      return await change();
    } finally {
      this.#changing.delete(name);
    }
  }

  #requireCapability(): void {
    if (!this.#driver.capabilities.importsImages) {
      throw new MccError("forbidden", "This server's driver cannot import or remove images.");
    }
  }
}

function isChanging(name: string): MccError {
  return new MccError("conflict", `The image "${name}" is being imported or removed already.`);
}

async function requireFile(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) {
      return;
    }
  } catch (error) {
    throw new MccError(
      "invalid",
      `The tarball ${path} cannot be read on the daemon's host: ${messageOf(error)}.`,
    );
  }
  throw new MccError("invalid", `${path} is not a file; give the path of a tarball on the daemon's host.`);
}
