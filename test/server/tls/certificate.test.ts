import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { certificateProblems, readTls } from "../../../server/tls/certificate";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { certificateFiles, readTlsFixture, tlsFixture } from "../../support/http/certificate";

describe("a TLS certificate", () => {
  const newFolder = temporaryFolders();

  it("is read with its key", async () => {
    const { cert, key } = await readTls(certificateFiles);
    assert.match(cert, /BEGIN CERTIFICATE/);
    assert.match(key, /PRIVATE KEY/);
  });

  const { cert, key } = certificateFiles;
  const mistakes: [string, { cert: string; key: string }, RegExp][] = [
    [
      "a key of another certificate",
      { cert, key: tlsFixture("second-key.pem") },
      /second-key\.pem does not belong to .*cert\.pem; .*--tls-key/,
    ],
    ["two certificates", { cert, key: cert }, /cert\.pem is not a private key in PEM/],
    ["two keys", { cert: key, key }, /key\.pem is not a certificate in PEM/],
    ["a file that does not exist", { cert, key: "/nonexistent" }, /ENOENT.*\/nonexistent.*--tls-key/],
  ];
  for (const [title, paths, message] of mistakes) {
    it(`is refused: ${title}`, async () => {
      await assertMccError(readTls(paths), "invalid", message);
    });
  }

  it("is refused, without waiting, if a folder or a FIFO is in the place of a file", async () => {
    const folder = await newFolder();
    const fifo = join(folder, "fifo");
    await execa("mkfifo", [fifo]);
    await assertMccError(
      readTls({ cert: fifo, key }),
      "invalid",
      /cannot be read: \S+\/fifo is a FIFO, not a file\. Give files in PEM/,
    );
    await assertMccError(
      readTls({ cert, key: folder }),
      "invalid",
      /cannot be read: \S+ is a folder, not a file\./,
    );
  });

  it("is refused with a key that has a passphrase", async () => {
    const path = join(await newFolder(), "key.pem");
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    });
    await writeFile(path, privateKey);
    await assertMccError(readTls({ cert, key: path }), "invalid", /without a passphrase/);
  });

  const now = "2026-11-28T00:00:00Z";
  const problems: [string, string, string, string, RegExp[]][] = [
    ["not at all if it is valid", "second.pem", "127.0.0.1", now, []],
    ["not at all by its other name", "second.pem", "localhost", now, []],
    ["expired", "expired.pem", "127.0.0.1", now, [/expired on 2021-01-01T.*SIGHUP/]],
    [
      "expiring soon",
      "expired.pem",
      "127.0.0.1",
      "2020-12-20T00:00:00Z",
      [/expires on .*, in 12 days.*SIGHUP/],
    ],
    ["not at all fifteen days before its end", "expired.pem", "127.0.0.1", "2020-12-17T00:00:00Z", []],
    ["not valid yet", "not-yet-valid.pem", "127.0.0.1", now, [/not valid before 2100-01-01T.*clock/]],
    [
      "of another host",
      "other-host.pem",
      "127.0.0.1",
      now,
      [/is for DNS:mcc\.example\.org and not for 127\.0\.0\.1.*MCC_SERVER/],
    ],
    ["of another address", "second.pem", "::1", now, [/not for ::1/]],
  ];
  for (const [title, file, host, at, expected] of problems) {
    it(`is reported: ${title}`, async () => {
      const found = certificateProblems(await readTlsFixture(file), host, new Date(at));
      assert.equal(found.length, expected.length, found.join("\n"));
      expected.forEach((pattern, index) => assert.match(found[index] ?? "", pattern));
    });
  }

  it("is reported with the certificates of its issuers", async () => {
    const chain = `${await readTlsFixture("second.pem")}\n${await readTlsFixture("expired.pem")}`;
    const [problem, ...others] = certificateProblems(chain, "127.0.0.1", new Date(now));
    assert.match(problem ?? "", /certificate of the issuer CN=minicloud test expired on 2021/);
    assert.deepEqual(others, []);
  });
});
