import { createHash } from "node:crypto";
import { MccError } from "./error";

/** A parsed OpenSSH public key. */
export interface PublicKey {
  /** The key's type and its base64 part with a space between them, without the comment. */
  readonly material: string;
  readonly comment: string;
  /** As `ssh-keygen -l` prints it: `SHA256:` and the hash in base64 without padding. */
  readonly fingerprint: string;
}

/** The types that OpenSSH 9 accepts for a user's key, except certificates. */
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
 * Parses one line of an `id_*.pub` file. Ignores white space around it and between its parts.
 *
 * @throws MccError `invalid` with the reason and the remedy, such as a private key, several keys or a truncated copy.
 */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (isPrivateKey(line)) {
    throw invalid(
      "this is a private key, which must not leave your machine; give the public key, the text of the file that ends in .pub",
    );
  }
  if (/^----[- ]BEGIN ([A-Z0-9]+ )?PUBLIC KEY/.test(line)) {
    throw invalid(
      "it is not in the format of OpenSSH; convert it with ssh-keygen -i -f FILE (add -m PKCS8 or -m PEM for a key of OpenSSL)",
    );
  }
  if (line === "") {
    throw invalid("it is empty; give the text of a file such as ~/.ssh/id_ed25519.pub");
  }
  if (/[^\P{Cc}\t\r\n]/u.test(line)) {
    throw invalid(
      "it has control characters, but a key is text; give the text of a file such as ~/.ssh/id_ed25519.pub",
    );
  }
  const [type = "", base64 = "", ...comment] = line.split(/\s+/);
  if (!keyTypes.includes(type)) {
    throw invalid(
      `it starts with "${excerpt(type)}", which is not a key type (${keyTypes.slice(0, 3).join(", ")}, …); give the text of a file such as ~/.ssh/id_ed25519.pub`,
    );
  }
  if (/[\r\n]/.test(line)) {
    throw invalid("it has several lines; give one key, and add the others under separate names");
  }
  const blob = Buffer.from(base64, "base64");
  if (!isKeyBlob(blob, type) || blob.toString("base64") !== base64) {
    throw invalid(`the part after "${type}" is not a key of that type; check whether the copy is complete`);
  }
  const hash = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return {
    material: `${type} ${base64}`,
    comment: comment.join(" "),
    fingerprint: `SHA256:${hash}`,
  };
}

/** Tells whether the text contains a private key of OpenSSH, OpenSSL or PuTTY. */
export function isPrivateKey(text: string): boolean {
  return /PRIVATE KEY-----|PuTTY-User-Key-File-/.test(text);
}

/** Tells whether two texts are the same key. Ignores comments and white space. */
export function samePublicKey(one: string, other: string): boolean {
  return parsePublicKey(one).material === parsePublicKey(other).material;
}

/** Returns the text in the stored form: one line with single spaces, and the comment if there is one. */
export function normalisePublicKey(text: string): string {
  const { material, comment } = parsePublicKey(text);
  return comment === "" ? material : `${material} ${comment}`;
}

/** Tells whether a blob is a complete list of fields with their lengths, and starts with the type (RFC 4253, 6.6). */
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
