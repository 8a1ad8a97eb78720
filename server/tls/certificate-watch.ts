import type { Logger } from "pino";
import { certificateProblems } from "./certificate";

const dayMs = 24 * 60 * 60 * 1000;

/** Logs why clients refuse the certificate in use: immediately, daily, and after a replacement. */
export class CertificateWatch {
  readonly #timer: NodeJS.Timeout;

  /**
   * @param pem the certificate.
   * @param host the host at which programs on this machine reach the daemon.
   */
  constructor(
    private pem: string,
    private readonly host: string,
    private readonly log: Logger,
  ) {
    this.#report();
    this.#timer = setInterval(() => this.#report(), dayMs).unref();
  }

  replace(pem: string): void {
    this.pem = pem;
    this.#report();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    certificateProblems(this.pem, this.host, new Date()).forEach((problem) => this.log.warn(problem));
  }
}
