import { X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { replaceFile } from "../../../support/files/json-file";
import { readKeptText } from "../../../support/files/kept-file";
import { ensureFolder } from "../../../support/files/make-folder";

/** By what the engine knows this daemon, and this daemon the engine. PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
  /** The only certificate that the engine may show. All members of a cluster have the same. */
  readonly engineCertificate: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const validDays = 3650;
/** Clocks of members can be behind. */
const backdatedMs = dayMs;
const mostBytes = 64 * 1024;
const renewal = "remove the file, and start with a new --engine-token";

/** The files of a driver's folder. */
export function identityPaths(folder: string): Record<keyof ClientIdentity, string> {
  return {
    certificate: join(folder, "client.crt"),
    key: join(folder, "client.key"),
    engineCertificate: join(folder, "engine.crt"),
  };
}

/**
 * Reads the identity of an earlier first contact.
 *
 * @returns undefined if there was none.
 * @throws MccError `invalid` for a certificate that has expired or is damaged.
 */
export async function readIdentity(folder: string, now = new Date()): Promise<ClientIdentity | undefined> {
  const paths = identityPaths(folder);
  const certificate = await read(paths.certificate);
  const key = await read(paths.key);
  const engineCertificate = await read(paths.engineCertificate);
  if (certificate === undefined || key === undefined || engineCertificate === undefined) {
    return undefined;
  }
  requireValid(certificate, paths.certificate, now);
  return { certificate, key, engineCertificate };
}

/** Creates a key, and a certificate with which the engine can recognise it. P-256: the engine's own curve is slower. */
export async function newClientCertificate(
  now = new Date(),
): Promise<Pick<ClientIdentity, "certificate" | "key">> {
  const { generate } = await import("selfsigned");
  const { cert, private: key } = await generate([{ name: "commonName", value: `minicloud@${hostname()}` }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now.getTime() - backdatedMs),
    notAfterDate: new Date(now.getTime() + validDays * dayMs),
    extensions: [
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", clientAuth: true },
    ],
  });
  return { certificate: cert, key };
}

/** Writes the files, readable for their owner alone. The engine's certificate is the last: without it, none counts. */
export async function keepIdentity(folder: string, identity: ClientIdentity): Promise<void> {
  const paths = identityPaths(folder);
  await ensureFolder(folder, 0o700);
  await replaceFile(paths.key, identity.key, 0o600);
  await replaceFile(paths.certificate, identity.certificate, 0o600);
  await replaceFile(paths.engineCertificate, identity.engineCertificate, 0o600);
}

async function read(path: string): Promise<string | undefined> {
  const reading = await readKeptText(path, mostBytes);
  if (reading.outcome === "damaged") {
    throw new MccError("invalid", `${path} cannot be read: ${reading.reason}; ${renewal}.`);
  }
  return reading.outcome === "read" ? reading.value : undefined;
}

function requireValid(certificate: string, path: string, now: Date): void {
  let validTo: string;
  try {
    ({ validTo } = new X509Certificate(certificate));
  } catch (error) {
    throw new MccError("invalid", `${path} is no certificate; ${renewal}.`, { cause: error });
  }
  if (new Date(validTo) < now) {
    throw new MccError("invalid", `The certificate ${path} expired on ${validTo}; ${renewal}.`);
  }
}
