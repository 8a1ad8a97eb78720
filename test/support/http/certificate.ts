import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../checkout";

const folder = join(checkout, "test", "fixtures", "tls");

/** PEM files of a self-signed certificate for 127.0.0.1 that is valid for a hundred years. */
export const certificateFiles = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };

export async function readCertificate(): Promise<{ cert: string; key: string }> {
  return {
    cert: await readFile(certificateFiles.cert, "utf8"),
    key: await readFile(certificateFiles.key, "utf8"),
  };
}

/**
 * Returns the path of another file in that folder. `second.pem` with the key `second-key.pem` is also for 127.0.0.1,
 * `expired.pem` expired in 2021, `not-yet-valid.pem` becomes valid in 2100, and `other-host.pem` is for mcc.example.org.
 * All of them have that key.
 */
export function tlsFixture(name: string): string {
  return join(folder, name);
}

export async function readTlsFixture(name: string): Promise<string> {
  return await readFile(tlsFixture(name), "utf8");
}
