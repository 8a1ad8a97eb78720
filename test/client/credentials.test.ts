import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { CredentialSource } from "../../client/credentials";
import { assertMccError } from "../support/assert-error";
import { temporaryFolders } from "../support/files/temporary-folder";
import { certificateFiles, readCertificate, readTlsFixture } from "../support/http/certificate";

describe("the credentials of a client", () => {
  const newFolder = temporaryFolders();
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    server = undefined;
  });

  /** Writes the file of a local daemon with an authority of its own, and listens at its port. */
  async function localDaemon(): Promise<{ url: URL; environment: Record<string, string> }> {
    const folder = await newFolder();
    const listening = createServer();
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    assert.ok(typeof address === "object" && address !== null);
    const url = `https://127.0.0.1:${address.port}`;
    const tokenPath = join(folder, "token");
    await writeFile(tokenPath, "s3cret\n");
    const file = {
      url,
      tokenPath,
      authorityPath: certificateFiles.cert,
      pid: process.pid,
      serverId: "0".repeat(32),
    };
    await writeFile(join(folder, `${address.port}.json`), JSON.stringify(file));
    return { url: new URL(url), environment: { MCC_RUNTIME_DIR: folder } };
  }

  it("are the token and the authority of the daemon on this machine", async () => {
    const { url, environment } = await localDaemon();
    const { cert } = await readCertificate();
    const { token, trust } = await new CredentialSource(url, {}, environment).find();
    assert.deepEqual([token, trust?.ca], ["s3cret", cert]);
  });

  it("are those that the user gives, with the authority of the daemon on this machine if none is given", async () => {
    const { url, environment } = await localDaemon();
    const { cert } = await readCertificate();
    const mine = await new CredentialSource(url, { token: " mine\n" }, environment).find();
    assert.deepEqual([mine.token, mine.trust?.ca], ["mine", cert]);
    const ca = await readTlsFixture("second.pem");
    const other = await new CredentialSource(url, { ca }, environment).find();
    assert.deepEqual([other.token, other.trust?.ca], ["s3cret", ca]);
  });

  it("have no token of the local daemon if the user gives a client certificate", async () => {
    const { url, environment } = await localDaemon();
    const certificate = { certificate: certificateFiles.cert, certificateKey: certificateFiles.key };
    const { token, trust } = await new CredentialSource(url, certificate, environment).find();
    assert.equal(token, undefined);
    assert.equal(trust?.cert, (await readCertificate()).cert);
  });

  it("are none for a daemon elsewhere, and an error for a file that cannot be used", async () => {
    const { environment } = await localDaemon();
    const elsewhere = new URL("https://lab.example:8080");
    const { token, trust, problem } = await new CredentialSource(elsewhere, {}, environment).find();
    assert.deepEqual([token, trust?.ca, problem], [undefined, undefined, undefined]);
    const source = new CredentialSource(elsewhere, { ca: "/nonexistent" }, environment);
    await assertMccError(source.find(), "invalid", /MCC_CA/);
  });
});
