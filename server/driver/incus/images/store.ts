import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../../protocol/error";
import type { Image } from "../../../../protocol/methods/image";
import { type ArchiveFile, withArchive } from "../../../support/archives/file";
import type { ArchiveLimits } from "../../../support/archives/limits";
import { RecentAnswer } from "../../../support/concurrency/recent-answer";
import { Turns } from "../../../support/concurrency/turns";
import { Deadline } from "../../../support/time-limits";
import type { Api } from "../api/api";
import { ApiError } from "../api/api-error";
import { type ApiImage, imagesSchema, type Operation } from "../api/types";
import { unfinishedTasks } from "../api/unfinished-tasks";
import { readContents } from "./contents";
import { tellingPaths } from "./image-files";
import { type ImageNotes, metadataArchive, notesOf } from "./metadata";

/** An upload and unpacking it take this many times the time limit of one command. */
const importTimeoutFactor = 10;

/** Between two looks for imports under way. */
const lookEveryMs = 100;

/** For how long an answer of the engine counts: many creates at once ask once. */
const freshMs = 1_000;

/** An image of the engine that a daemon imported. */
export interface StoredImage extends ImageNotes {
  readonly fingerprint: string;
}

interface FoundImage {
  readonly image: ApiImage;
  readonly notes: ImageNotes;
}

/**
 * The images in the project. They are found by a property, which the import itself writes: an image exists completely or not at
 * all.
 */
export class ImageStore {
  readonly #turns = new Turns<string>();
  /** Creations at the same time need one list. */
  readonly #recent = new RecentAnswer<readonly FoundImage[]>(() => this.#all(), freshMs);

  constructor(
    private readonly api: Api,
    private readonly architecture: string,
    private readonly timeoutMs: number,
  ) {}

  async list(): Promise<Image[]> {
    return (await this.#all()).map(({ image, notes }) => publicImage(image, notes));
  }

  /** Returns an image. @throws MccError `not-found` that lists the existing images. */
  async get(name: string): Promise<StoredImage> {
    const isNamed = ({ notes }: FoundImage): boolean => notes.name === name;
    const all = await this.#recent.get((known) => known.some(isNamed));
    const found = all.find(isNamed);
    if (found === undefined) {
      const names = all.map(({ notes }) => notes.name).join(", ");
      throw new MccError("not-found", `No image "${name}". The engine has: ${names || "none yet"}.`);
    }
    return { ...found.notes, fingerprint: found.image.fingerprint };
  }

  /**
   * Imports an image unchanged.
   *
   * @throws MccError `conflict` for a name that is taken; `invalid` for a tarball that is not a root file system.
   */
  async import(name: string, tarball: string, limits?: ArchiveLimits): Promise<Image> {
    return await this.#turns.take(name, async () => {
      if ((await this.#named(name)).length > 0) {
        throw new MccError(
          "conflict",
          `The image "${name}" exists already; remove it, or choose another name.`,
        );
      }
      return await withArchive(tarball, (archive) => this.#import(name, archive, limits));
    });
  }

  /** @returns false if it did not exist. */
  async remove(name: string): Promise<boolean> {
    const images = await this.#named(name);
    for (const { fingerprint } of images) {
      await this.#delete(fingerprint);
    }
    return images.length > 0;
  }

  /** Removes all images of the project. */
  async clear(): Promise<void> {
    for (const { fingerprint } of await this.api.get(imagesSchema, "/1.0/images", {
      query: { recursion: "1" },
    })) {
      await this.#delete(fingerprint);
    }
  }

  async #import(name: string, archive: ArchiveFile, limits?: ArchiveLimits): Promise<Image> {
    const contents = await readContents(archive, tellingPaths, limits);
    const metadata = metadataArchive(name, contents, this.architecture);
    try {
      await this.#upload(name, metadata, archive);
    } catch (error) {
      // The engine can have gone on without a listener.
      await this.#untilNoImport().catch(() => undefined);
      await this.remove(name).catch(() => undefined);
      throw error;
    }
    const [image] = await this.list().then((all) => all.filter((each) => each.name === name));
    if (image === undefined) {
      throw new MccError("engine", `The engine imported the image "${name}" and does not list it.`);
    }
    return image;
  }

  /** An image exists only when its import has ended. The task of an import names no resource, and no image. */
  async #untilNoImport(): Promise<void> {
    const deadline = new Deadline(this.timeoutMs);
    const isImport = ({ resources }: Operation): boolean => Object.keys(resources ?? {}).length === 0;
    while (deadline.leftMs > 0 && (await unfinishedTasks(this.api)).some(isImport)) {
      await pause(lookEveryMs);
    }
  }

  async #upload(name: string, metadata: Buffer, { handle }: ArchiveFile): Promise<void> {
    const boundary = `minicloud-${randomBytes(12).toString("hex")}`;
    const { size } = await handle.stat();
    const part = (title: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${title}"; filename="${title}.tar"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    const before = Buffer.concat([
      Buffer.from(part("metadata")),
      metadata,
      Buffer.from(`\r\n${part("rootfs")}`),
    ]);
    const after = Buffer.from(`\r\n--${boundary}--\r\n`);
    const body = async function* (): AsyncGenerator<Buffer> {
      yield before;
      yield* handle.createReadStream({ start: 0, end: size - 1, autoClose: false }) as AsyncIterable<Buffer>;
      yield after;
    };
    const timeoutMs = this.timeoutMs * importTimeoutFactor;
    const deadline = new Deadline(timeoutMs);
    const operation = await this.api.begin("POST", "/1.0/images", {
      headers: {
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-length": String(before.length + size + after.length),
      },
      body,
      timeoutMs,
      waits: true,
    });
    if (operation !== undefined) {
      await this.api.wait(operation, `the import of the image "${name}"`, deadline);
    }
  }

  async #named(name: string): Promise<ApiImage[]> {
    return (await this.#all()).filter(({ notes }) => notes.name === name).map(({ image }) => image);
  }

  async #all(): Promise<FoundImage[]> {
    const images = await this.api.get(imagesSchema, "/1.0/images", { query: { recursion: "1" } });
    return images.flatMap((image) => {
      const notes = notesOf(image);
      return notes === undefined ? [] : [{ image, notes }];
    });
  }

  async #delete(fingerprint: string): Promise<void> {
    this.#recent.forget();
    try {
      await this.api.change("DELETE", `/1.0/images/${fingerprint}`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "not-found") {
        throw error;
      }
    }
  }
}

function publicImage({ size, uploaded_at: uploadedAt }: ApiImage, { name }: ImageNotes): Image {
  return { name, sizeBytes: size, createdAt: new Date(uploadedAt).toISOString() };
}
