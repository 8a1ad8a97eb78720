import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../checkout";

const folder = join(checkout, "test", "fixtures", "tls");

/** Files in PEM of a self-signed certificate for 127.0.0.1 that lasts a hundred years. */
export const certificateFiles = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };

export async function readCertificate(): Promise<{ cert: string; key: string }> {
  return {
    cert: await readFile(certificateFiles.cert, "utf8"),
    key: await readFile(certificateFiles.key, "utf8"),
  };
}

/**
 * The path of another file there. `second.pem`, with the key `second-key.pem`, is for 127.0.0.1 as well, `expired.pem`
 * ended in 2021, `not-yet-valid.pem` begins in 2100, and `other-host.pem` is for mcc.example.org; all have that key.
 */
export function tlsFixture(name: string): string {
  return join(folder, name);
}

export async function readTlsFixture(name: string): Promise<string> {
  return await readFile(tlsFixture(name), "utf8");
}
