import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { readTls, type TlsPaths, type TlsTexts } from "../../../server/tls/certificate";
import { ServedCertificate } from "../../../server/tls/served-certificate";
import { captureLog } from "../../support/captured-log";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { certificateFiles, tlsFixture } from "../../support/http/certificate";
import { eventually } from "../../support/time/eventually";

describe("the served certificate", () => {
  const newFolder = temporaryFolders();
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  });
  afterEach(() => clock.restore());

  async function serve() {
    const folder = await newFolder();
    const paths: TlsPaths = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    await copyFile(certificateFiles.cert, paths.cert);
    await copyFile(certificateFiles.key, paths.key);
    const { log, lines } = captureLog();
    const replaced: TlsTexts[] = [];
    const replace = (tls: TlsTexts): void => void replaced.push(tls);
    const tls = await readTls(paths);
    const served = new ServedCertificate({ paths, tls, host: "127.0.0.1", replace, log });
    const messages = (): string[] => lines.map(({ msg }) => String(msg));
    return { served, paths, replaced, messages };
  }

  /** Lets the looks at the files happen, each of which takes some turns of the event loop. */
  async function look(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      clock.tick(5_000);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  it("is loaded again when its files have changed, after both have", async () => {
    const { served, paths, replaced, messages } = await serve();
    await look(3);
    assert.deepEqual(replaced, []);
    await copyFile(tlsFixture("second.pem"), paths.cert);
    clock.tick(5_000);
    await copyFile(tlsFixture("second-key.pem"), paths.key);
    await look(4);
    await eventually(() => replaced.length > 0, "it is replaced");
    assert.deepEqual(replaced, [await readTls(paths)]);
    assert.deepEqual(messages(), ["certificate reloaded"]);
    served.close();
    assert.equal(clock.countTimers(), 0);
  });

  it("stays in use if the new files cannot be used, which is logged once", async () => {
    const { served, paths, replaced, messages } = await serve();
    await look(1);
    await writeFile(paths.cert, "nothing");
    await look(5);
    await eventually(() => messages().length > 0, "it is reported");
    await look(3);
    assert.deepEqual(replaced, []);
    assert.equal(messages().length, 1);
    assert.match(messages().join(), /^The previous certificate stays in use\. .*cert\.pem is not/);
    await served.reload();
    assert.equal(messages().length, 2, "SIGHUP reports it again");
    served.close();
  });
});
