import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../protocol/error";
import type { Image } from "../../../protocol/methods/image";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { Turns } from "../../support/concurrency/turns";
import { namingFileSystem } from "../../support/files/file-system-fault";
import { ensureFolder } from "../../support/files/make-folder";
import { type Accounted, newAccount } from "../access/account";
import type { Caller } from "../access/caller";
import { isOf, requireOwn } from "../access/rights";
import type { Images } from "./images";

/** Each holds a file of at most `largestUploadBytes`. */
const mostUploads = 8;
const mostOfAccount = 2;
/** How long an upload lives without a call about it. */
const idleMs = 60_000;

interface Upload {
  readonly account?: string | undefined;
  readonly image: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly file: FileHandle;
  received: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The archives that clients send in pieces. Each is a file in `<state>/uploads` until it is imported, cancelled, or no call
 * names it for a minute.
 */
export class ImageUploads {
  readonly #folder: string;
  readonly #uploads = new Map<string, Upload>();
  /** Those whose file is being created. */
  readonly #starting = new Set<Accounted>();
  /** Calls about one upload run one after the other. */
  readonly #turns = new Turns<string>();

  constructor(
    stateFolder: string,
    private readonly images: Images,
  ) {
    this.#folder = join(stateFolder, "uploads");
  }

  /** Removes what an earlier daemon left. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @throws MccError `conflict` for a name that is taken, `exhausted` if too many uploads are open. */
  async start(
    caller: Caller,
    { name, sizeBytes }: ParsedParameters<"image.uploadStart">,
  ): Promise<MethodResult<"image.uploadStart">> {
    await this.images.requireImportable(caller, name);
    const all = [...this.#uploads.values(), ...this.#starting];
    const own = all.filter((upload) => isOf(caller, upload)).length;
    if (all.length >= mostUploads || own >= mostOfAccount) {
      throw new MccError(
        "exhausted",
        `${all.length} images are being uploaded, ${own} of them of this account; wait until one of them is imported.`,
      );
    }
    // Counted before the file exists, so that of many requests at once only as many pass as are allowed.
    const starting = newAccount(caller.account);
    this.#starting.add(starting);
    try {
      return await this.#open(caller.account, { name, sizeBytes });
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #open(
    account: string,
    { name, sizeBytes }: ParsedParameters<"image.uploadStart">,
  ): Promise<MethodResult<"image.uploadStart">> {
    const id = randomBytes(16).toString("hex");
    const path = join(this.#folder, id);
    const file = await namingFileSystem(path, async () => {
      await ensureFolder(this.#folder, 0o700);
      // Refuses what is in its place: nobody else knows the name.
      return await open(path, "wx", 0o600);
    });
    const upload: Upload = {
      ...newAccount(account),
      ...{ image: name, path, sizeBytes, file, received: 0, timer: undefined },
    };
    this.#uploads.set(id, upload);
    this.#rest(id, upload);
    return { upload: id };
  }

  /** Bytes that arrived before are skipped, so that a piece can be sent again. */
  async write(
    caller: Caller,
    { upload: id, offset, data }: ParsedParameters<"image.uploadWrite">,
  ): Promise<MethodResult<"image.uploadWrite">> {
    return await this.#during(caller, id, async (upload) => {
      const bytes = Buffer.from(data, "base64");
      if (offset > upload.received || offset + bytes.length > upload.sizeBytes) {
        throw new MccError(
          "invalid",
          `The piece has the bytes ${offset} to ${offset + bytes.length}, and ${upload.received} of the ${upload.sizeBytes} bytes have arrived; send the next ones.`,
        );
      }
      const fresh = bytes.subarray(upload.received - offset);
      await namingFileSystem(upload.path, () => upload.file.write(fresh, 0, fresh.length, upload.received));
      upload.received += fresh.length;
      return { received: upload.received };
    });
  }

  /** Imports the archive. The upload is over then, also after a failure. */
  async end(caller: Caller, { upload: id }: ParsedParameters<"image.uploadEnd">): Promise<Image> {
    return await this.#during(caller, id, async (upload) => {
      if (upload.received < upload.sizeBytes) {
        throw new MccError(
          "invalid",
          `Only ${upload.received} of the ${upload.sizeBytes} bytes of the image "${upload.image}" have arrived; send the rest first.`,
        );
      }
      try {
        return await this.images.importUpload(caller, upload.image, upload.path);
      } finally {
        await this.#forget(id, upload);
      }
    });
  }

  async cancel(
    caller: Caller,
    { upload: id }: ParsedParameters<"image.uploadCancel">,
  ): Promise<MethodResult<"image.uploadCancel">> {
    return this.#uploads.has(id)
      ? await this.#during(caller, id, async (upload) => {
          await this.#forget(id, upload);
          return { cancelled: true };
        })
      : { cancelled: false };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#uploads].map(([id, upload]) => this.#forget(id, upload)));
  }

  async #during<T>(caller: Caller, id: string, work: (upload: Upload) => Promise<T>): Promise<T> {
    return await this.#turns.take(id, async () => {
      const upload = this.#uploads.get(id);
      if (upload === undefined) {
        throw new MccError(
          "not-found",
          `There is no upload ${id}: it has ended, or no client sent a piece for ${idleMs / 1000} s; start again.`,
        );
      }
      requireOwn(caller, upload, `The upload ${id}`);
      clearTimeout(upload.timer);
      try {
        return await work(upload);
      } finally {
        this.#rest(id, upload);
      }
    });
  }

  #rest(id: string, upload: Upload): void {
    if (this.#uploads.has(id)) {
      upload.timer = setTimeout(() => void this.#forget(id, upload).catch(() => undefined), idleMs).unref();
    }
  }

  async #forget(id: string, { file, path, timer }: Upload): Promise<void> {
    clearTimeout(timer);
    if (this.#uploads.delete(id)) {
      await file.close();
      await rm(path, { force: true });
    }
  }
}
