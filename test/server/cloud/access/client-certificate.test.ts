import assert from "node:assert/strict";
import { readCertificate, whyNotValid } from "../../../../server/cloud/access/client-certificate";
import { assertMccError } from "../../../support/assert-error";
import { testDaemons } from "../../../support/daemons/test-daemon";
import { certificateFiles, readTlsFixture, tlsFixture } from "../../../support/http/certificate";
import { runProgram } from "../../../support/programs/run-program";

describe("client certificates", () => {
  const newDaemon = testDaemons();

  it("have a fingerprint and dates", async () => {
    const certificate = readCertificate(await readTlsFixture("expired.pem"));
    assert.match(certificate.fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(certificate.expiresAt, "2021-01-01T00:00:00.000Z");
    assert.match(whyNotValid(certificate, Date.now()) ?? "", /^expired at 2021/);
    const later = readCertificate(await readTlsFixture("not-yet-valid.pem"));
    assert.match(whyNotValid(later, Date.now()) ?? "", /^is not valid before 2100/);
    assert.equal(whyNotValid(readCertificate(await readTlsFixture("second.pem")), Date.now()), undefined);
  });

  it("are not keys or other texts", async () => {
    for (const name of ["key.pem", "second-key.pem"]) {
      const text = await readTlsFixture(name);
      await assertMccError(
        (async () => await Promise.resolve(readCertificate(text)))(),
        "invalid",
        /not one in PEM.*not its key/,
      );
    }
  });

  it("are accepted over TLS in place of a token, until they are removed or the token is revoked", async () => {
    const { cert, key } = certificateFiles;
    const daemon = await newDaemon({ words: ["--tls-cert", cert, "--tls-key", key] });
    await daemon.start();
    const base = { MCC_SERVER: daemon.url, MCC_CA: cert };
    const admin = { ...base, MCC_TOKEN: await daemon.token() };
    const withCertificate = (name: string): NodeJS.ProcessEnv => ({
      ...base,
      MCC_CERTIFICATE: tlsFixture(name),
      MCC_CERTIFICATE_KEY: tlsFixture("second-key.pem"),
    });
    const mcc = async (environment: NodeJS.ProcessEnv, ...words: string[]) =>
      await runProgram(["mcc", ...words], { environment });
    const refusal = async (name: string): Promise<string> =>
      (await mcc(withCertificate(name), "list-instances")).stderr;

    assert.equal((await mcc(admin, "add-token", "ann", "--role", "user")).exitCode, 0);
    assert.equal((await mcc(admin, "add-token", "bob", "--role", "user")).exitCode, 0);
    assert.match(await refusal("second.pem"), /does not know the client certificate.*set-certificate/);
    const set = await mcc(admin, "set-certificate", "ann", "--certificate", tlsFixture("second.pem"));
    assert.match(set.stderr, /^ann has the client certificate [0-9a-f]{64}, which expires at /);
    const info = await mcc(withCertificate("second.pem"), "server-info", "--json");
    assert.match(info.stdout, /"account": "ann"/);
    const other = await mcc(admin, "set-certificate", "bob", "--certificate", tlsFixture("second.pem"));
    assert.match(other.stderr, /is that of the token "ann"/);
    const bad = await mcc(admin, "set-certificate", "bob", "--certificate", tlsFixture("second-key.pem"));
    assert.match(bad.stderr, /not one in PEM/);
    await mcc(admin, "set-certificate", "bob", "--certificate", tlsFixture("expired.pem"));
    assert.match(await refusal("expired.pem"), /The client certificate of the token "bob" expired at 2021/);

    assert.equal((await mcc(admin, "rotate-token", "ann")).exitCode, 0);
    assert.equal(
      await refusal("second.pem"),
      'Only the instances of the account "ann" are shown: your token has the role user.',
    );
    await daemon.stop();
    await daemon.start();
    assert.match(await refusal("second.pem"), /^Only the instances/);
    await mcc(admin, "set-certificate", "ann", "--remove");
    assert.match(await refusal("second.pem"), /does not know the client certificate/);
    await mcc(admin, "set-certificate", "ann", "--certificate", tlsFixture("second.pem"));
    await mcc(admin, "revoke-token", "ann");
    assert.match(await refusal("second.pem"), /does not know the client certificate/);
    assert.equal(await daemon.stop(), 0);
  });
});
