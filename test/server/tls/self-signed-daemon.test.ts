import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../../client";
import { testDaemons } from "../../support/daemons/test-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { runProgram } from "../../support/programs/run-program";

describe("a daemon with --tls-self-signed", () => {
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();

  it("is trusted on its own machine without settings, elsewhere by MCC_CA, and otherwise not", async () => {
    const daemon = await newDaemon({ words: ["--tls-self-signed"] });
    await daemon.start();
    const { url } = daemon;
    assert.match(url, /^https:/);
    const local = { MCC_SERVER: url, MCC_RUNTIME_DIR: daemon.runtimeFolder };
    const listed = await runProgram(["mcc", "list-instances"], { environment: local });
    assert.deepEqual([listed.exitCode, listed.stderr], [0, ""]);

    const elsewhere = {
      MCC_SERVER: url,
      MCC_TOKEN: await daemon.token(),
      MCC_RUNTIME_DIR: await newFolder(),
    };
    const untrusted = await runProgram(["mcc", "list-instances"], { environment: elsewhere });
    assert.equal(untrusted.exitCode, 1);
    assert.match(untrusted.stderr, /is not trusted: .*unknown authority; set MCC_CA .*tls\/authority\.pem/);
    const authority = join(daemon.stateFolder, "tls", "authority.pem");
    const trusted = await runProgram(["mcc", "list-instances"], {
      environment: { ...elsewhere, MCC_CA: authority },
    });
    assert.deepEqual([trusted.exitCode, trusted.stderr], [0, ""]);

    const client = connect({ environment: { ...elsewhere, MCC_CA: authority } });
    await client.info();
    assert.equal(await daemon.stop(), 0);
    await daemon.start();
    await client.info();
    client.close();
    assert.equal(await daemon.stop(), 0);
  });
});
