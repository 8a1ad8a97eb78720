import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTlsTrust, type TlsSettings } from "../../client/tls-trust";
import { assertMccError } from "../support/assert-error";
import { temporaryFolders } from "../support/files/temporary-folder";
import { certificateFiles, readCertificate, tlsFixture } from "../support/http/certificate";

describe("the settings of TLS", () => {
  const newFolder = temporaryFolders();

  it("are paths or texts, and by default nothing", async () => {
    const { cert, key } = await readCertificate();
    assert.deepEqual(await readTlsTrust({}), { ca: undefined, cert: undefined, key: undefined });
    const paths = { ca: tlsFixture("cert.pem"), certificate: certificateFiles.cert, certificateKey: key };
    assert.deepEqual(await readTlsTrust(paths), { ca: cert, cert, key });
    assert.deepEqual(await readTlsTrust({ ca: cert }), { ca: cert, cert: undefined, key: undefined });
  });

  const refused: [string, TlsSettings, RegExp][] = [
    [
      "a missing file",
      { ca: "/nonexistent/ca.pem" },
      /^The file of MCC_CA or minicloud:ca cannot be read: .*ENOENT/,
    ],
    ["a folder", { ca: "/" }, /MCC_CA or minicloud:ca cannot be read: .*EISDIR/],
    [
      "a key in place of an authority",
      { ca: certificateFiles.key },
      /key\.pem of MCC_CA .* is not a certificate: /,
    ],
    [
      "a certificate in place of a key",
      { certificate: certificateFiles.cert, certificateKey: certificateFiles.cert },
      /cert\.pem of MCC_CERTIFICATE_KEY .* is not a private key/,
    ],
    ["a text that only begins as PEM", { ca: "-----BEGIN CERTIFICATE-----\nx" }, /^The text of MCC_CA/],
    ["a certificate without a key", { certificate: certificateFiles.cert }, /set both MCC_CERTIFICATE and/],
    ["a key without a certificate", { certificateKey: certificateFiles.key }, /set both MCC_CERTIFICATE and/],
  ];
  for (const [title, settings, message] of refused) {
    it(`refuses ${title}`, async () => {
      await assertMccError(readTlsTrust(settings), "invalid", message);
    });
  }

  it("refuses an empty file", async () => {
    const path = join(await newFolder(), "empty.pem");
    await writeFile(path, "");
    await assertMccError(readTlsTrust({ ca: path }), "invalid", /empty\.pem of MCC_CA/);
  });
});
