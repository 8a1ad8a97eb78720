import assert from "node:assert/strict";
import sinon from "sinon";
import { withAccess } from "../../../cli/ssh/access";
import { exampleInstance } from "../../support/example-instance";

const real = exampleInstance({ keys: ["me"], simulated: false });
const nothing = { identity: undefined, jump: undefined };
const elsewhere = "http://198.18.255.254:8080";

/** What is behind the `-J` for a daemon there. */
async function jumpTo(server: string, jump?: string): Promise<string | undefined> {
  let through: string | undefined;
  await withAccess(server, [real], { ...nothing, jump }, (options) => {
    const place = options.indexOf("-J");
    through = place < 0 ? undefined : options[place + 1];
    return Promise.resolve(0);
  });
  return through;
}

describe("the way to an instance", () => {
  it("goes through the daemon's host when that is another machine", async () => {
    assert.equal(await jumpTo(elsewhere), "198.18.255.254");
    assert.equal(await jumpTo("https://[2001:db8::1]"), "[2001:db8::1]");
    assert.equal(await jumpTo("http://127.0.0.1:8080"), undefined);
  });

  it("is told when it led nowhere, unless the user chose it", async () => {
    const write = sinon.stub(process.stderr, "write");
    const fail = (jump?: string): Promise<number> =>
      withAccess(elsewhere, [real], { ...nothing, jump }, () => Promise.resolve(255));
    try {
      assert.equal(await fail(), 255);
      await fail("me@gate");
      assert.deepEqual(
        write.args.map(([line]) => String(line).replace(/, whose.*/s, "")),
        ["The way led through the daemon's host, 198.18.255.254"],
      );
    } finally {
      write.restore();
    }
  });

  it("goes through the host that is asked for", async () => {
    assert.equal(await jumpTo(elsewhere, "me@gate"), "me@gate");
    assert.equal(await jumpTo("http://127.0.0.1:8080", "gate"), "gate");
  });
});
