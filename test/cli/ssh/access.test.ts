import assert from "node:assert/strict";
import { withAccess } from "../../../cli/ssh/access";
import { exampleInstance } from "../../support/example-instance";
import { captureIo } from "../../support/programs/captured-io";

const real = exampleInstance({ keys: ["me"], simulated: false });
const nothing = { identity: undefined, jump: undefined };
const elsewhere = "http://198.18.255.254:8080";

/** Returns the value of `-J` for a daemon at this address. */
async function jumpTo(server: string, jump?: string): Promise<string | undefined> {
  let through: string | undefined;
  await withAccess(captureIo().io, server, [real], { ...nothing, jump }, (options) => {
    const place = options.indexOf("-J");
    through = place < 0 ? undefined : options[place + 1];
    return Promise.resolve(0);
  });
  return through;
}

describe("the connection to an instance", () => {
  it("uses the daemon's host as jump host if that is another machine", async () => {
    assert.equal(await jumpTo(elsewhere), "198.18.255.254");
    assert.equal(await jumpTo("https://[2001:db8::1]"), "[2001:db8::1]");
    assert.equal(await jumpTo("http://127.0.0.1:8080"), undefined);
  });

  it("names its jump host if it failed, unless the user chose that host", async () => {
    const { io, stderr } = captureIo();
    const fail = (jump?: string): Promise<number> =>
      withAccess(io, elsewhere, [real], { ...nothing, jump }, () => Promise.resolve(255));
    assert.equal(await fail(), 255);
    await fail("me@gate");
    assert.deepEqual(
      stderr()
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/, with the key.*/, "")),
      ["The connection used the daemon's host 198.18.255.254 as jump host"],
    );
  });

  it("uses the requested jump host", async () => {
    assert.equal(await jumpTo(elsewhere, "me@gate"), "me@gate");
    assert.equal(await jumpTo("http://127.0.0.1:8080", "gate"), "gate");
  });
});
