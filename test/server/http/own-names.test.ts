import assert from "node:assert/strict";
import { hostname } from "node:os";
import { OwnNames } from "../../../server/http/own-names";
import { readTlsFixture } from "../../support/http/certificate";

describe("the daemon's own names", () => {
  const rows: [string | undefined, boolean][] = [
    [undefined, true],
    ["127.0.0.1:8080", true],
    ["192.0.2.7", true],
    ["[::1]:8080", true],
    ["[2001:db8::1]", true],
    ["localhost:8080", true],
    ["LOCALHOST.", true],
    ["mcc.localhost", true],
    [`${hostname()}:8080`, true],
    ["cloud.example.org:8080", true],
    ["Cloud.Example.Org", true],
    ["", false],
    ["evil.example", false],
    ["127.0.0.1.evil.example:8080", false],
    ["localhost.evil.example", false],
    ["notlocalhost", false],
    [`${hostname()}.evil.example`, false],
    ["other.cloud.example.org", false],
    ["evil.example:8080@127.0.0.1", false],
  ];
  for (const [host, accepted] of rows) {
    it(`${accepted ? "include" : "do not include"} ${String(host)}`, () => {
      assert.equal(new OwnNames(["cloud.example.org"]).accepts(host), accepted);
    });
  }

  it("include those of the certificate in use", async () => {
    const names = new OwnNames([]);
    assert.equal(names.accepts("mcc.example.org"), false);
    names.useCertificate(await readTlsFixture("other-host.pem"));
    assert.equal(names.accepts("mcc.example.org:8080"), true);
    names.useCertificate(await readTlsFixture("second.pem"));
    assert.equal(names.accepts("mcc.example.org"), false);
  });
});
