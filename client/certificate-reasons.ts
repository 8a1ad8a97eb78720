import * as z from "zod";
import { errnoOf } from "../protocol/errno";

const howToTrust =
  "set MCC_CA or minicloud:ca to the file of the authority (for --tls-self-signed: tls/authority.pem in the daemon's state folder)";
const unknownAuthority = `its certificate is from an unknown authority; ${howToTrust}`;

/** Why a client refuses a server's certificate, with the remedy, by the codes of OpenSSL and Node. */
const reasons: Readonly<Record<string, (error: unknown) => string>> = {
  CERT_HAS_EXPIRED: () =>
    "its certificate has expired; renew it on the daemon's host, or check the clock of this machine",
  CERT_NOT_YET_VALID: () => "its certificate is not valid yet; check the clocks of both machines",
  CERT_REVOKED: () => "its certificate was revoked; renew it on the daemon's host",
  ERR_TLS_CERT_ALTNAME_INVALID: (error) =>
    `its certificate is for another host${mismatchIn(error)}; use an address that the certificate contains`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => `its certificate is self-signed; ${howToTrust}`,
  SELF_SIGNED_CERT_IN_CHAIN: () => unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: () => unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => unknownAuthority,
  CERT_SIGNATURE_FAILURE: () => unknownAuthority,
  INVALID_CA: () => `its certificate was issued by a certificate that is no authority; ${howToTrust}`,
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: () =>
    "the key of the client certificate does not belong to it; set MCC_CERTIFICATE_KEY or minicloud:certificateKey to its own key",
};

/** Returns why the connection was refused because of a certificate, and what to do. Undefined for other errors. */
export function whyDistrusted(error: unknown): string | undefined {
  const code = errnoOf(error);
  return Object.hasOwn(reasons, code) ? reasons[code]?.(error) : undefined;
}

const mismatchSchema = z.object({ host: z.string(), cert: z.object({ subjectaltname: z.string() }) });

/** Returns which host the client asked for, and which ones the certificate has. */
function mismatchIn(error: unknown): string {
  const { data } = mismatchSchema.safeParse(error);
  return data === undefined ? "" : ` (${data.cert.subjectaltname}, and not ${data.host})`;
}
