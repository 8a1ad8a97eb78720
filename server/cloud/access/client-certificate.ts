import { X509Certificate } from "node:crypto";
import { MccError, messageOf } from "../../../protocol/error";
import type { TokenRecord } from "./token-file";

type ClientCertificate = NonNullable<TokenRecord["certificate"]>;

/** Returns what the daemon keeps of a certificate. @throws MccError `invalid` for a text that is no certificate in PEM. */
export function readCertificate(pem: string): ClientCertificate {
  try {
    const { fingerprint256, validFrom, validTo } = new X509Certificate(pem);
    return {
      fingerprint: plainFingerprint(fingerprint256),
      validFrom: new Date(validFrom).toISOString(),
      expiresAt: new Date(validTo).toISOString(),
    };
  } catch (error) {
    throw new MccError(
      "invalid",
      `The certificate is not one in PEM (${messageOf(error)}); give the client's certificate, and not its key.`,
    );
  }
}

/** @param fingerprint as Node has it: hexadecimal digits with colons. */
export function plainFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

/** Returns why a certificate is not accepted at this time; undefined if it is. */
export function whyNotValid({ validFrom, expiresAt }: ClientCertificate, nowMs: number): string | undefined {
  if (nowMs > Date.parse(expiresAt)) {
    return `expired at ${expiresAt}`;
  }
  return nowMs < Date.parse(validFrom) ? `is not valid before ${validFrom}` : undefined;
}
