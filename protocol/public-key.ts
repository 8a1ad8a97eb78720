import { createHash } from "node:crypto";
import { MccError } from "./error";

/** An OpenSSH public key, read and checked. */
export interface PublicKey {
  /** The key's type and its base64 part, one blank between, without the comment. */
  readonly material: string;
  readonly comment: string;
  /** As `ssh-keygen -l` prints it: `SHA256:` and the hash in base64 without padding. */
  readonly fingerprint: string;
}

/** The types that OpenSSH 9 accepts for a user's key, besides certificates. */
const keyTypes = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

/**
 * Reads one line of an `id_*.pub` file. White space around it and between its parts does not matter.
 *
 * @throws MccError `invalid`, in words that help: a private key, several keys, options, a cut-off copy.
 */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (isPrivateKey(line)) {
    throw invalid(
      "this is a private key, which must not leave your machine; give the public half, the text of the file that ends in .pub",
    );
  }
  if (/^----[- ]BEGIN ([A-Z0-9]+ )?PUBLIC KEY/.test(line)) {
    throw invalid(
      "it is in another program's form; ssh-keygen -i -f FILE (with -m PKCS8 or -m PEM for OpenSSL's) prints OpenSSH's",
    );
  }
  if (line === "") {
    throw invalid("it is empty; give the text of a file such as ~/.ssh/id_ed25519.pub");
  }
  if (/[^\P{Cc}\t\r\n]/u.test(line)) {
    throw invalid(
      "it has control characters, and a key is text; give that of a file such as ~/.ssh/id_ed25519.pub",
    );
  }
  const [type = "", base64 = "", ...comment] = line.split(/\s+/);
  if (!keyTypes.includes(type)) {
    throw invalid(
      `it starts with "${excerpt(type)}", and not with a key type (${keyTypes.slice(0, 3).join(", ")}, …); give the text of a file such as ~/.ssh/id_ed25519.pub`,
    );
  }
  if (/[\r\n]/.test(line)) {
    throw invalid("it has several lines; give one key, and add the others under names of their own");
  }
  const blob = Buffer.from(base64, "base64");
  if (!isKeyBlob(blob, type) || blob.toString("base64") !== base64) {
    throw invalid(
      `the part after "${type}" is no key of that type; it may have been cut off when it was copied`,
    );
  }
  const hash = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return {
    material: `${type} ${base64}`,
    comment: comment.join(" "),
    fingerprint: `SHA256:${hash}`,
  };
}

/** Whether the text has a private key in it: OpenSSH's and OpenSSL's forms, and PuTTY's. */
export function isPrivateKey(text: string): boolean {
  return /PRIVATE KEY-----|PuTTY-User-Key-File-/.test(text);
}

/** Two texts of one key, whatever their comments and blanks. */
export function samePublicKey(one: string, other: string): boolean {
  return parsePublicKey(one).material === parsePublicKey(other).material;
}

/** The text as it is kept: one line, single blanks, the comment if there is one. */
export function normalisePublicKey(text: string): string {
  const { material, comment } = parsePublicKey(text);
  return comment === "" ? material : `${material} ${comment}`;
}

/** A key's blob is a row of fields, each led by its length (RFC 4253, section 6.6); the first is the type. */
function isKeyBlob(blob: Buffer, type: string): boolean {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= blob.length) {
    const length = blob.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (end > blob.length) {
      return false;
    }
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return offset === blob.length && fields.length >= 2 && fields[0]?.toString("latin1") === type;
}

function excerpt(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

function invalid(reason: string): MccError {
  return new MccError("invalid", `The public key cannot be used: ${reason}.`);
}
