import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";

/**
 * The names by which clients may call the daemon. A web page can give its own name this machine's address (DNS
 * rebinding), and its requests then have that name.
 */
export class OwnNames {
  readonly #allowed: ReadonlySet<string>;
  #certificate: X509Certificate | undefined;

  /** @param allowed the operator's additional names. */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set([hostname(), ...allowed].map((name) => name.toLowerCase()));
  }

  /** Also accepts the names of the certificate, and no longer those of an earlier one. @param pem its chain. */
  useCertificate(pem: string): void {
    this.#certificate = new X509Certificate(pem);
  }

  /** @param host the header of a request, with or without a port. Only old clients omit it, and no browser. */
  accepts(host: string | undefined): boolean {
    if (host === undefined) {
      return true;
    }
    const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
    return (
      isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 ||
      /^(?:.+\.)?localhost$/.test(name) ||
      this.#allowed.has(name) ||
      this.#certificate?.checkHost(name) !== undefined
    );
  }
}
