import assert from "node:assert/strict";
import { parseServerAddress } from "../../../client/discovery/server-address";
import { MccError } from "../../../protocol/error";

describe("parseServerAddress", () => {
  const addresses = {
    "127.0.0.1:8080": "http://127.0.0.1:8080/",
    "10.0.0.7": "http://10.0.0.7:8080/",
    "10.0.0.7:80": "http://10.0.0.7/",
    "lab.example": "http://lab.example:8080/",
    "[::1]:9000": "http://[::1]:9000/",
    "[::1]": "http://[::1]:8080/",
    "localhost:9000": "http://127.0.0.1:9000/",
    "http://lab.example": "http://lab.example/",
    "https://lab.example": "https://lab.example/",
    "https://localhost:8443": "https://localhost:8443/",
    " HTTPS://lab.example:8443 ": "https://lab.example:8443/",
  };
  for (const [text, url] of Object.entries(addresses)) {
    it(`reads "${text}" as ${url}`, () => assert.equal(parseServerAddress(text).href, url));
  }

  for (const text of [
    "",
    "lab.example:port",
    "lab.example:99999",
    "ftp://lab.example",
    "a b",
    "8391",
    "http://u:p@lab",
    "lab?x=1",
  ]) {
    it(`refuses "${text}"`, () => {
      assert.throws(
        () => parseServerAddress(text),
        (error) => MccError.hasCode(error, "invalid"),
      );
    });
  }

  it("says how to write an address that is only a port", () => {
    assert.throws(
      () => parseServerAddress("8391"),
      /"8391" is not valid; give host:port \(such as 127\.0\.0\.1:8391\)/,
    );
  });
});
