import assert from "node:assert/strict";
import { jumpHostFor, proxyCommand } from "../../../client/ssh/jump-host";
import { MccError } from "../../../protocol/error";

const start = "ssh -W %h:%p -o RemoteCommand=none";

describe("a jump host", () => {
  it("is the daemon's host, unless that is this machine or the user chose another", async () => {
    assert.equal(await jumpHostFor("http://198.18.255.254:8080"), "198.18.255.254");
    assert.equal(await jumpHostFor("http://127.0.0.1:8080"), undefined);
    assert.equal(await jumpHostFor("http://127.0.0.1:8080", ""), undefined);
    assert.equal(await jumpHostFor("http://127.0.0.1:8080", "me@vm"), "me@vm");
    assert.equal(await jumpHostFor("http://198.18.255.254:8080", "none"), undefined);
    // What the daemon announces counts more than its own host, and less than the user's choice.
    assert.equal(await jumpHostFor("http://127.0.0.1:8080", undefined, "me@m1:2222"), "me@m1:2222");
    assert.equal(await jumpHostFor("http://198.18.255.254:8080", "", "none"), undefined);
    assert.equal(await jumpHostFor("http://127.0.0.1:8080", "gate", "me@m1"), "gate");
    assert.equal(await jumpHostFor("http://127.0.0.1:8080", "none", "me@m1"), undefined);
  });

  it("becomes a command to which the user's own configuration applies", () => {
    const commands = {
      lab: `${start} lab`,
      "me@lab.example:2222": `${start} -l me -p 2222 lab.example`,
      "ssh://me@lab:22/": `${start} -l me -p 22 lab`,
      "me@[2001:db8::1]:22": `${start} -l me -p 22 2001:db8::1`,
      "a,me@b:22,c": `${start} -J 'a,me@b:22' c`,
      none: "none",
      "": "none",
    };
    for (const [jumpHost, command] of Object.entries(commands)) {
      assert.equal(proxyCommand(jumpHost), command);
    }
    assert.equal(proxyCommand(undefined), "none");
  });

  it("is refused if a shell would run more than ssh, or ssh would read an option", () => {
    for (const jumpHost of [
      "a b",
      "a;id",
      "$(id)",
      "-oProxyCommand=id",
      "a,-F",
      "x@-h",
      "a'b",
      "a:b",
      "a,",
      "%h",
    ]) {
      assert.throws(
        () => proxyCommand(jumpHost),
        (error) => MccError.hasCode(error, "invalid") && /\[USER@\]HOST\[:PORT\]/.test(String(error)),
        jumpHost,
      );
    }
  });
});
