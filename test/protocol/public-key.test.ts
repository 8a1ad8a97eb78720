import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { MccError } from "../../protocol/error";
import { normalisePublicKey, parsePublicKey, samePublicKey } from "../../protocol/public-key";
import { temporaryFolders } from "../support/files/temporary-folder";

describe("a public key", () => {
  const newFolder = temporaryFolders();

  for (const [type, bits] of [["ed25519"], ["rsa", "2048"], ["ecdsa", "521"]] as const) {
    it(`of the type ${type} has the fingerprint that ssh-keygen prints`, async () => {
      const path = join(await newFolder(), "key");
      const size = bits === undefined ? [] : ["-b", bits];
      await execa("ssh-keygen", ["-q", "-t", type, ...size, "-N", "", "-C", "me at home", "-f", path]);
      const text = await readFile(`${path}.pub`, "utf8");
      const { stdout } = await execa("ssh-keygen", ["-l", "-f", `${path}.pub`]);
      assert.equal(parsePublicKey(text).fingerprint, stdout.split(" ")[1]);
      assert.equal(parsePublicKey(text).comment, "me at home");
      assert.equal(normalisePublicKey(`\n ${text.replaceAll(" ", "   ")}`), text.trim());
      assert.ok(samePublicKey(text, text.replace("me at home", "")));
    });
  }

  const good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL+mT3nZ6ZtQkq1C0rXW0S0jvTgq0iMZBGrjL1JX7p8y";
  const refused: Record<string, [text: string, words: RegExp]> = {
    "a private key": [
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----",
      /this is a private key.*ends in \.pub/,
    ],
    "a private key of PuTTY": ["PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", /private key/],
    "a key in the format of RFC 4716": [
      "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5\n---- END SSH2 PUBLIC KEY ----",
      /ssh-keygen -i/,
    ],
    "a key in the format of OpenSSL": ["-----BEGIN RSA PUBLIC KEY-----\nMIIB\n", /-m PEM/],
    "an empty text": ["  \n", /it is empty.*id_ed25519\.pub/],
    "a path": ["~/.ssh/id_ed25519.pub", /starts with "~\/\.ssh\/id_ed25519\.pub", which is not a key type/],
    "another text": [
      "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1",
      /starts with "root:x:0:0:root:\/root:\/b…", which is not a key type/,
    ],
    "a program": ["\u007fELF\u0002\u0001\ufffd\n\n", /it has control characters, but a key is text/],
    "a key with a terminal escape in its comment": [`${good} me\u001b[2J`, /it has control characters/],
    "two keys": [`${good}\n${good}`, /several lines/],
    "a cut-off key": [good.slice(0, 50), /check whether the copy is complete/],
    "a key whose data have another type": [good.replace("ssh-ed25519", "ssh-rsa"), /not a key of that type/],
    "options before the key": [`command="true" ${good}`, /which is not a key type/],
  };
  for (const [title, [text, words]] of Object.entries(refused)) {
    it(`cannot be ${title}`, () => {
      assert.throws(
        () => parsePublicKey(text),
        (error) => MccError.hasCode(error, "invalid") && words.test(error.message),
      );
    });
  }
});
