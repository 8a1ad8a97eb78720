import assert from "node:assert/strict";
import sinon from "sinon";
import { CertificateWatch } from "../../../server/tls/certificate-watch";
import { captureLog } from "../../support/captured-log";
import { readCertificate, readTlsFixture } from "../../support/http/certificate";

describe("the watch of the certificate", () => {
  const dayMs = 24 * 60 * 60 * 1000;
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers(new Date("2020-12-16T12:00:00Z"));
  });
  afterEach(() => clock.restore());

  it("reports daily what clients will refuse, until it is replaced or closed", async () => {
    const { log, lines } = captureLog();
    const messages = (): unknown[] => lines.splice(0).map(({ msg }) => msg);
    const watch = new CertificateWatch(await readTlsFixture("expired.pem"), "127.0.0.1", log);
    assert.deepEqual(messages(), []);
    clock.tick(2 * dayMs);
    assert.match(String(messages()[0]), /expires on 2021-01-01T00:00:00\.000Z, in 13 days/);
    clock.tick(20 * dayMs);
    const said = messages();
    assert.equal(said.length, 20);
    assert.match(String(said.at(-1)), /expired on 2021-01-01/);
    clock.setSystemTime(new Date("2027-01-01"));
    watch.replace((await readCertificate()).cert);
    clock.tick(2 * dayMs);
    assert.deepEqual(messages(), []);
    watch.replace(await readTlsFixture("expired.pem"));
    assert.equal(messages().length, 1);
    watch.close();
    assert.equal(clock.countTimers(), 0);
  });
});
