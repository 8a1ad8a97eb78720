import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { daemonHost, isDaemonHere } from "../../../client/ssh/daemon-host";
import { assertMccError } from "../../support/assert-error";

describe("the daemon's host", () => {
  it("is this machine for each of its own addresses", async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address));
    for (const host of ["127.0.0.1", "127.1.2.3", "[::1]", "localhost", ...own]) {
      assert.ok(await isDaemonHere(`http://${host}:8080`), host);
    }
  });

  it("is another machine for any other address", async () => {
    assert.ok(!(await isDaemonHere("http://198.18.255.254:8080")));
    assert.ok(!(await isDaemonHere("https://[2001:db8::1]")));
    assert.equal(daemonHost("https://[2001:db8::1]"), "2001:db8::1");
  });

  it("is named in the error if it is unknown", () =>
    assertMccError(
      isDaemonHere("http://no.such.host.invalid"),
      "unavailable",
      /Looking up the daemon's host no\.such\.host\.invalid failed/,
    ));
});
