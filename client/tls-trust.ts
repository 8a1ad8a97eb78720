import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MccError, messageOf } from "../protocol/error";

/** What a client trusts in a TLS connection, and presents in it, in PEM. */
export interface TlsTrust {
  /** The authorities to trust instead of those of the system. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The settings of a user for {@link TlsTrust}: each is the path of a file in PEM, or its content. */
export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly certificateKey?: string | undefined;
}

interface PemKind {
  readonly name: string;
  readonly what: string;
  /** Throws for a text of another kind, which Node would ignore or report without its name. */
  readonly parse: (text: string) => unknown;
}

const kinds = {
  ca: { name: "MCC_CA or minicloud:ca", what: "a certificate", parse: parseCertificate },
  certificate: {
    name: "MCC_CERTIFICATE or minicloud:certificate",
    what: "a certificate",
    parse: parseCertificate,
  },
  certificateKey: {
    name: "MCC_CERTIFICATE_KEY or minicloud:certificateKey",
    what: "a private key without a passphrase",
    parse: (text: string) => createPrivateKey(text),
  },
} as const satisfies Record<keyof TlsSettings, PemKind>;

function parseCertificate(text: string): X509Certificate {
  return new X509Certificate(text);
}

/**
 * Reads the files that the settings name.
 *
 * @throws MccError `invalid` for a file that cannot be read or is not in PEM, and for a certificate without its key, or a
 * key without its certificate.
 */
export async function readTlsTrust(settings: TlsSettings): Promise<TlsTrust> {
  const { certificate, certificateKey } = settings;
  if ((certificate === undefined) !== (certificateKey === undefined)) {
    throw new MccError(
      "invalid",
      "A client certificate needs its private key, and the key needs its certificate; set both MCC_CERTIFICATE and MCC_CERTIFICATE_KEY (minicloud:certificate and minicloud:certificateKey), or neither.",
    );
  }
  const [ca, cert, key] = await Promise.all([
    pem(settings.ca, kinds.ca),
    pem(certificate, kinds.certificate),
    pem(certificateKey, kinds.certificateKey),
  ]);
  return { ca, cert, key };
}

async function pem(setting: string | undefined, { name, what, parse }: PemKind): Promise<string | undefined> {
  if (setting === undefined) {
    return undefined;
  }
  const isText = setting.includes("-----BEGIN ");
  const text = isText ? setting : await readSetting(setting, name);
  try {
    parse(text);
  } catch (error) {
    const where = isText ? `The text of ${name}` : `The file ${setting} of ${name}`;
    throw new MccError("invalid", `${where} is not ${what}: ${messageOf(error)}. Give one in PEM.`, {
      cause: error,
    });
  }
  return text;
}

async function readSetting(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new MccError(
      "invalid",
      `The file of ${name} cannot be read: ${messageOf(error)}. Give the path of a file in PEM.`,
      { cause: error },
    );
  }
}
