import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";
import { MccError, messageOf } from "../../../../protocol/error";

/**
 * Returns the certificate that the engine shows, in PEM. It is trusted only if its fingerprint is the expected one.
 *
 * @throws MccError `engine` if no daemon can be reached; `invalid` for another certificate.
 */
export async function fetchCertificate(
  urls: readonly string[],
  fingerprint: string,
  timeoutMs: number,
): Promise<string> {
  const failures: string[] = [];
  for (const url of urls) {
    try {
      return requireFingerprint(await fetchFrom(new URL(url), timeoutMs), fingerprint, url);
    } catch (error) {
      if (MccError.isInstance(error)) {
        throw error;
      }
      failures.push(`${url}: ${messageOf(error)}`);
    }
  }
  throw new MccError(
    "engine",
    `The engine cannot be reached (${failures.join("; ")}); start it, or correct --engine-url.`,
  );
}

async function fetchFrom({ hostname, port }: URL, timeoutMs: number): Promise<Buffer> {
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port),
    // Its fingerprint is compared afterwards, before anything is sent.
    rejectUnauthorized: false,
    timeout: timeoutMs,
  });
  try {
    socket.once("timeout", () => socket.destroy(new Error("no answer in time")));
    await once(socket, "secureConnect");
    return socket.getPeerCertificate(false).raw;
  } finally {
    socket.destroy();
  }
}

function requireFingerprint(certificate: Buffer, expected: string, url: string): string {
  const found = createHash("sha256").update(certificate).digest("hex");
  if (found !== expected.toLowerCase()) {
    throw new MccError(
      "invalid",
      `${url} shows a certificate with the fingerprint ${found}, and the token is for ${expected}; give a token of this engine, or correct --engine-url.`,
    );
  }
  return new X509Certificate(certificate).toString();
}
