import { createPrivateKey, X509Certificate } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { MccError, messageOf } from "../../protocol/error";
import { kindOf } from "../support/files/kept-file";

/** A certificate and its private key, in PEM. */
export interface TlsTexts {
  readonly cert: string;
  readonly key: string;
}

/** The paths of the certificate and its key. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
/** A certificate is reported this long before it expires. */
const soonDays = 14;
const renewal = "replace the files of --tls-cert and --tls-key, and send the daemon SIGHUP";

/**
 * Reads a certificate and its key, and checks that they match. `certificateProblems` checks dates and names.
 *
 * @throws MccError `invalid` with the remedy.
 */
export async function readTls(paths: TlsPaths): Promise<TlsTexts> {
  const texts = await readTexts(paths);
  const because = (reason: string): MccError =>
    new MccError("invalid", `The TLS certificate and key cannot be used: ${reason}.`);
  if (!matches(texts, paths, because)) {
    throw because(
      `the key ${paths.key} does not belong to the certificate ${paths.cert}; give the certificate's own key with --tls-key`,
    );
  }
  try {
    createSecureContext(texts);
  } catch (error) {
    throw because(messageOf(error));
  }
  return texts;
}

async function readTexts(paths: TlsPaths): Promise<TlsTexts> {
  try {
    const [cert, key] = await Promise.all([readText(paths.cert), readText(paths.key)]);
    return { cert, key };
  } catch (error) {
    throw new MccError(
      "invalid",
      `The TLS certificate or its key cannot be read: ${messageOf(error)}. Give files in PEM with --tls-cert and --tls-key.`,
    );
  }
}

/** Reads a file. Does not wait for the writer of a FIFO, because none may come. */
async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new Error(`${path} is ${kindOf(stats)}, not a file`);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

function matches(texts: TlsTexts, paths: TlsPaths, because: (reason: string) => MccError): boolean {
  const parse = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw because(`${what}: ${messageOf(error)}`);
    }
  };
  const certificate = parse(
    `${paths.cert} is not a certificate in PEM`,
    () => new X509Certificate(texts.cert),
  );
  const key = parse(`${paths.key} is not a private key in PEM without a passphrase`, () =>
    createPrivateKey(texts.key),
  );
  return certificate.checkPrivateKey(key);
}

/**
 * Returns why clients refuse a certificate now or within two weeks, for users, each with the remedy.
 *
 * @param pem the certificate, and optionally the rest of its chain, of which the dates are checked too.
 * @param host the name or address at which programs on this machine reach the daemon.
 */
export function certificateProblems(pem: string, host: string, now: Date): string[] {
  const [leaf, ...issuers] = chainOf(pem);
  if (leaf === undefined) {
    return [];
  }
  return [
    ...dateProblem("The TLS certificate", leaf, now),
    ...issuers.flatMap((issuer) =>
      dateProblem(`The certificate of the issuer ${subjectOf(issuer)}`, issuer, now),
    ),
    ...nameProblem(leaf, host),
  ];
}

function chainOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function subjectOf({ subject }: X509Certificate): string {
  return subject.replaceAll("\n", ", ");
}

function dateProblem(what: string, { validFrom, validTo }: X509Certificate, now: Date): string[] {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  if (now > to) {
    return [`${what} expired on ${to.toISOString()}, and clients refuse it: ${renewal}.`];
  }
  if (now < from) {
    return [
      `${what} is not valid before ${from.toISOString()}, and clients refuse it: check this machine's clock, or ${renewal}.`,
    ];
  }
  const days = Math.floor((to.getTime() - now.getTime()) / dayMs);
  return days < soonDays ? [`${what} expires on ${to.toISOString()}, in ${days} days: ${renewal}.`] : [];
}

function nameProblem(leaf: X509Certificate, host: string): string[] {
  const isFor = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  if (isFor !== undefined) {
    return [];
  }
  const names = leaf.subjectAltName ?? "no name";
  return [
    `The TLS certificate is for ${names} and not for ${host}, so clients refuse it there. Use a server address that it names (MCC_SERVER, minicloud:server), or ${renewal}.`,
  ];
}
