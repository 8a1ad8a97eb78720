import assert from "node:assert/strict";
import { withAccess } from "../../../cli/ssh/access";
import { exampleInstance } from "../../support/example-instance";

const real = exampleInstance({ simulated: false });
const nothing = { identity: undefined, jump: undefined };
const elsewhere = "http://198.18.255.254:8080";

/** What is behind the `-J` for a daemon there. */
async function jumpTo(server: string, jump?: string): Promise<string | undefined> {
  return await withAccess(server, [real], { ...nothing, jump }, (options) => {
    const place = options.indexOf("-J");
    return Promise.resolve(place < 0 ? undefined : options[place + 1]);
  });
}

describe("the way to an instance", () => {
  it("goes through the daemon's host when that is another machine", async () => {
    assert.equal(await jumpTo(elsewhere), "198.18.255.254");
    assert.equal(await jumpTo("http://127.0.0.1:8080"), undefined);
  });

  it("goes through the host that is asked for", async () => {
    assert.equal(await jumpTo(elsewhere, "me@gate"), "me@gate");
    assert.equal(await jumpTo("http://127.0.0.1:8080", "gate"), "gate");
  });
});
