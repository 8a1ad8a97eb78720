import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { generate as generateType } from "selfsigned";
import { MccError, messageOf } from "../../protocol/error";
import { replaceFile } from "../support/files/json-file";
import { readKeptText } from "../support/files/kept-file";
import { ensureFolder } from "../support/files/make-folder";
import { hostAddressesOutside } from "../support/ordinary-user";
import type { TlsPaths } from "./certificate";

/** The files of `--tls-self-signed`. */
export interface SelfSignedPaths extends TlsPaths {
  /** The certificate of the daemon's own authority, which clients trust. It stays the same when `cert` is renewed. */
  readonly authority: string;
  readonly authorityKey: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const certificateDays = 365;
/** A certificate is renewed this long before it expires. */
const renewDays = 60;
/** Clocks of clients can be behind. */
const backdatedMs = dayMs;
/** A larger file is not one of these. */
const mostBytes = 64 * 1024;

/** Returns the files in a state folder. */
export function selfSignedPaths(stateFolder: string): SelfSignedPaths {
  const folder = join(stateFolder, "tls");
  return {
    cert: join(folder, "certificate.pem"),
    key: join(folder, "key.pem"),
    authority: join(folder, "authority.pem"),
    authorityKey: join(folder, "authority-key.pem"),
  };
}

/** Returns the names and addresses of this machine at the moment, and the address on which the daemon listens. */
export function ownHosts(listen: string): string[] {
  const addresses =
    hostAddressesOutside() ??
    Object.values(networkInterfaces()).flatMap((each = []) =>
      each.filter(({ scopeid = 0 }) => scopeid === 0).map(({ address }) => address),
    );
  const unspecified = ["0.0.0.0", "::"];
  const all = ["localhost", "127.0.0.1", "::1", hostname().toLowerCase(), listen, ...addresses];
  return [...new Set(all)].filter((host) => !unspecified.includes(host) && isNamable(host));
}

/** Whether a certificate can contain the host. A machine's name can have characters that a DNS name cannot. */
function isNamable(host: string): boolean {
  return isIP(host) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(host);
}

/**
 * Issues a certificate for these hosts by an authority of the daemon's own, which it creates first if it is missing. A
 * certificate that is valid for two more months and names all hosts stays.
 *
 * @returns whether a certificate was issued.
 * @throws MccError `invalid` for an authority that cannot be used; the system's error for a file that cannot be written.
 */
export async function issueSelfSigned(
  paths: SelfSignedPaths,
  hosts: readonly string[],
  now = new Date(),
): Promise<boolean> {
  await ensureFolder(join(paths.cert, ".."), 0o755);
  const authority = await openAuthority(paths, now);
  if (await isStillGood(paths, authority.cert, hosts, now)) {
    return false;
  }
  const issued = await issue("MiniCloud daemon", certificateDays, now, authority, [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host })),
    },
  ]);
  await replaceFile(paths.key, issued.key, 0o600);
  await replaceFile(paths.cert, issued.cert, 0o644);
  return true;
}

/** Renews the certificate of `--tls-self-signed` while the daemon runs. The daemon's watch of its files loads it. */
export class SelfSignedRenewal {
  readonly #timer: NodeJS.Timeout;

  constructor(paths: SelfSignedPaths, listen: string, log: Logger) {
    this.#timer = setInterval(() => {
      issueSelfSigned(paths, ownHosts(listen)).catch((error: unknown) =>
        log.error(`The self-signed certificate could not be renewed. ${messageOf(error)}`),
      );
    }, dayMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

async function openAuthority(paths: SelfSignedPaths, now: Date): Promise<KeyPair> {
  const [cert, key] = await Promise.all([read(paths.authority), read(paths.authorityKey)]);
  if (cert === undefined && key === undefined) {
    const created = await issue(`MiniCloud on ${hostname()}`, authorityDays, now, undefined, [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ]);
    // The certificate last: without it, both are created again.
    await replaceFile(paths.authorityKey, created.key, 0o600);
    await replaceFile(paths.authority, created.cert, 0o644);
    return created;
  }
  if (cert === undefined) {
    throw unusable(paths, `${paths.authority} is missing`);
  }
  if (key === undefined) {
    throw unusable(paths, `${paths.authorityKey} is missing`);
  }
  if (expiresWithin(parse(paths, cert), 0, now)) {
    throw unusable(paths, `${paths.authority} has expired`);
  }
  return { cert, key };
}

function parse(paths: SelfSignedPaths, cert: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (error) {
    throw unusable(paths, `${paths.authority} is no certificate in PEM (${messageOf(error)})`);
  }
}

function unusable({ authority }: SelfSignedPaths, why: string): MccError {
  const folder = join(authority, "..");
  return new MccError(
    "invalid",
    `The authority of --tls-self-signed cannot be used: ${why}. Put the file back, or remove the folder ${folder}; clients then need the new ${authority}.`,
  );
}

async function read(path: string): Promise<string | undefined> {
  const reading = await readKeptText(path, mostBytes);
  if (reading.outcome === "damaged") {
    throw new MccError("invalid", `${path} cannot be read: ${reading.reason}. Put the file back.`);
  }
  return reading.outcome === "read" ? reading.value : undefined;
}

/** A certificate and key that are damaged are issued again, because clients need only the authority. */
async function isStillGood(
  paths: SelfSignedPaths,
  authority: string,
  hosts: readonly string[],
  now: Date,
): Promise<boolean> {
  try {
    const [cert, key] = await Promise.all([read(paths.cert), read(paths.key)]);
    if (cert === undefined || key === undefined) {
      return false;
    }
    const leaf = new X509Certificate(cert);
    return (
      leaf.verify(new X509Certificate(authority).publicKey) &&
      leaf.checkPrivateKey(createPrivateKey(key)) &&
      !expiresWithin(leaf, renewDays * dayMs, now) &&
      hosts.every((host) => (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined)
    );
  } catch {
    return false;
  }
}

function expiresWithin({ validTo }: X509Certificate, withinMs: number, now: Date): boolean {
  return new Date(validTo).getTime() < now.getTime() + withinMs;
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generateType>[1]>["extensions"]>;

async function issue(
  commonName: string,
  days: number,
  now: Date,
  ca: KeyPair | undefined,
  extensions: Extensions,
): Promise<KeyPair> {
  // Loaded only by daemons that need it.
  const { generate } = await import("selfsigned");
  const issued = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now.getTime() - backdatedMs),
    notAfterDate: new Date(now.getTime() + days * dayMs),
    extensions,
    ...(ca === undefined ? {} : { ca }),
  });
  return { cert: issued.cert, key: issued.private };
}
