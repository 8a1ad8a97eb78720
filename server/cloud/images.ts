import { stat } from "node:fs/promises";
import { MccError, messageOf } from "../../protocol/error";
import type { Image } from "../../protocol/methods/image";
import type { MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import type { Driver } from "../driver/driver";
import type { Caller } from "./access/caller";

/** Returns the ids of the instances that use an image. */
export type ImageUsers = (image: string) => readonly number[];

/** The images of the driver. Refuses changes of images that are in use or being changed. */
export class Images {
  readonly #driver: Driver;
  /** Being imported or removed now. */
  readonly #changing = new Set<string>();

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async list(): Promise<Image[]> {
    return await this.#driver.images();
  }

  /** @throws MccError `not-found` that lists the existing images, `conflict` for one that is being removed. */
  async requireUsable(name: string): Promise<void> {
    const images = await this.#driver.images();
    if (this.#changing.has(name)) {
      throw new MccError("conflict", `The image "${name}" is being imported or removed; try again shortly.`);
    }
    if (!images.some((image) => image.name === name)) {
      const names = images.map((image) => image.name).join(", ");
      const there =
        names === ""
          ? 'no images yet; build a stock image with "mcc build-image" on its host, or import one with "mcc import-image"'
          : names;
      throw new MccError("not-found", `No image "${name}". This server has: ${there}.`);
    }
  }

  async import(_caller: Caller, { name, path }: ParsedParameters<"image.import">): Promise<Image> {
    this.#requireCapability();
    await requireFile(path);
    return await this.#whileChanging(name, async () => {
      if ((await this.#driver.images()).some((image) => image.name === name)) {
        throw new MccError(
          "conflict",
          `The image "${name}" exists already; remove it first, or choose another name.`,
        );
      }
      return await this.#driver.importImage(name, path);
    });
  }

  async remove(
    { name }: ParsedParameters<"image.remove">,
    users: ImageUsers,
  ): Promise<MethodResult<"image.remove">> {
    this.#requireCapability();
    return await this.#whileChanging(name, async () => {
      const ids = users(name);
      if (ids.length > 0) {
        throw new MccError(
          "conflict",
          `The image "${name}" is used by ${ids.length === 1 ? "instance" : "instances"} ${ids.join(", ")}; destroy ${ids.length === 1 ? "it" : "them"} first.`,
        );
      }
      return { removed: await this.#driver.removeImage(name) };
    });
  }

  async #whileChanging<T>(name: string, change: () => Promise<T>): Promise<T> {
    if (this.#changing.has(name)) {
      throw new MccError("conflict", `The image "${name}" is being imported or removed already.`);
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
