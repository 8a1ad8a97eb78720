import { generateKeyPairSync, randomBytes } from "node:crypto";

/** An SSH host key in the formats of servers and clients. */
export interface HostKey {
  /** The text after the host in a known_hosts file. */
  readonly publicKey: string;
  /** OpenSSH's private key format (PROTOCOL.key in OpenSSH's source). */
  readonly opensshPrivateKey: Buffer;
  /** Dropbear's own format: the type, then the private and the public half as one string. */
  readonly dropbearPrivateKey: Buffer;
}

const keyType = "ssh-ed25519";

/** Makes an Ed25519 host key. */
export function makeHostKey(): HostKey {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (d === undefined || x === undefined) {
    throw new TypeError("Ed25519 keys export as JWK with d and x (RFC 8037)");
  }
  const secret = Buffer.from(d, "base64url");
  const open = Buffer.from(x, "base64url");
  const publicBlob = Buffer.concat([field(keyType), field(open)]);
  return {
    publicKey: `${keyType} ${publicBlob.toString("base64")}`,
    opensshPrivateKey: opensshPrivateKey(publicBlob, secret, open),
    dropbearPrivateKey: Buffer.concat([field(keyType), field(Buffer.concat([secret, open]))]),
  };
}

function opensshPrivateKey(publicBlob: Buffer, secret: Buffer, open: Buffer): Buffer {
  const check = randomBytes(4);
  const comment = "minicloud";
  const unpadded = Buffer.concat([
    check,
    check,
    field(keyType),
    field(open),
    field(Buffer.concat([secret, open])),
    field(comment),
  ]);
  const padding = Buffer.from(
    Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, index) => index + 1),
  );
  const none = field("none");
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    none,
    none,
    field(""),
    uint32(1),
    field(publicBlob),
    field(Buffer.concat([unpadded, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return Buffer.from(
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
  );
}

/** Encodes a string as SSH does (RFC 4251, section 5): its length, then its bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
