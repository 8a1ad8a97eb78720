import { readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = join(__dirname, "..", "..", "..", "test", "fixtures", "tls");

/** Files in PEM of a self-signed certificate for 127.0.0.1 that lasts a hundred years. */
export const certificateFiles = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };

export async function readCertificate(): Promise<{ cert: string; key: string }> {
  return {
    cert: await readFile(certificateFiles.cert, "utf8"),
    key: await readFile(certificateFiles.key, "utf8"),
  };
}
