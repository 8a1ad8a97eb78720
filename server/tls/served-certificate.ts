import { stat } from "node:fs/promises";
import type { Logger } from "pino";
import { messageOf } from "../../protocol/error";
import { NextRun } from "../support/concurrency/next-run";
import { readTls, type TlsPaths, type TlsTexts } from "./certificate";
import { CertificateWatch } from "./certificate-watch";

export interface ServedCertificateOptions {
  readonly paths: TlsPaths;
  /** The contents of the files that the listener serves now. */
  readonly tls: TlsTexts;
  /** The host at which programs on this machine reach the daemon. */
  readonly host: string;
  /** Uses other contents from now on. @throws MccError for ones that cannot be used. */
  readonly replace: (tls: TlsTexts) => void;
  readonly log: Logger;
}

/** How often the files are compared. */
const lookEveryMs = 5_000;

/** The certificate of the daemon's listener. It follows its files, and reports what clients will refuse. */
export class ServedCertificate {
  readonly #options: ServedCertificateOptions;
  readonly #watch: CertificateWatch;
  readonly #reloads = new NextRun(() => this.#reload());
  readonly #timer: NodeJS.Timeout;
  /** The versions of the files at the last look. Undefined before the first one. */
  #seen: string | undefined;
  /** The versions of the files that were loaded or refused last. */
  #handled: string | undefined;

  constructor(options: ServedCertificateOptions) {
    this.#options = options;
    this.#watch = new CertificateWatch(options.tls.cert, options.host, options.log);
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  /** Reads the files again. If they cannot be used, the log says why, and the previous contents stay in use. */
  async reload(): Promise<void> {
    await this.#reloads.request();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watch.close();
  }

  /** Reloads files that have changed, once two looks find the same: a certificate and its key change one by one. */
  async #look(): Promise<void> {
    const versions = await this.#versions();
    this.#handled ??= versions;
    if (versions === this.#seen && versions !== this.#handled) {
      this.#handled = versions;
      await this.reload();
    }
    this.#seen = versions;
  }

  async #versions(): Promise<string> {
    const { cert, key } = this.#options.paths;
    const versions = await Promise.all([cert, key].map((path) => versionOf(path)));
    return versions.join();
  }

  async #reload(): Promise<void> {
    const { paths, replace, log } = this.#options;
    try {
      const tls = await readTls(paths);
      replace(tls);
      this.#watch.replace(tls.cert);
      log.info({ certificate: paths.cert }, "certificate reloaded");
    } catch (error) {
      log.error(`The previous certificate stays in use. ${messageOf(error)}`);
    }
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    return messageOf(error);
  }
}
