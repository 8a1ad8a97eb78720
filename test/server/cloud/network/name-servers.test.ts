import assert from "node:assert/strict";
import { NameServers } from "../../../../server/cloud/network/name-servers";
import { captureLog } from "../../../support/captured-log";

describe("the name servers for instances that start", () => {
  let nowMs = 0;
  let looks = 0;
  let found: string[] | Error = [];
  const look = (): Promise<string[]> => {
    looks += 1;
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  };

  function newNameServers(): { nameServers: NameServers; messages: () => string[] } {
    const { log, lines } = captureLog();
    return {
      nameServers: new NameServers(log, look, () => nowMs),
      messages: () => lines.map(({ msg }) => String(msg)),
    };
  }

  it("follow the host's, with one look for all of a moment, and a line in the log for a change", async () => {
    const { nameServers, messages } = newNameServers();
    found = ["192.0.2.1"];
    looks = 0;
    assert.deepEqual(await nameServers.current(), ["192.0.2.1"]);
    found = ["192.0.2.2", "192.0.2.3"];
    await Promise.all([nameServers.current(), nameServers.current()]);
    assert.equal(looks, 1);
    nowMs += 1000;
    assert.deepEqual(await nameServers.current(), ["192.0.2.2", "192.0.2.3"]);
    assert.match(messages()[1] ?? "", /new and restarted instances get .* 192\.0\.2\.2, 192\.0\.2\.3$/);
    found = [];
    nowMs += 1000;
    assert.deepEqual(await nameServers.current(), []);
    nowMs += 1000;
    await nameServers.current();
    assert.match(messages()[2] ?? "", /no name server/);
    assert.equal(messages().length, 3, "each is said once");
  });

  it("stay as they were while the host's file cannot be read", async () => {
    const { nameServers, messages } = newNameServers();
    found = ["192.0.2.1"];
    await nameServers.current();
    found = new Error("EMFILE");
    for (const failure of ["first", "second"]) {
      nowMs += 1000;
      assert.deepEqual(await nameServers.current(), ["192.0.2.1"], `at the ${failure} failure`);
    }
    assert.match(messages()[1] ?? "", /could not be read; .* EMFILE$/);
    assert.equal(messages().length, 2);
    found = ["192.0.2.2"];
    nowMs += 1000;
    assert.deepEqual(await nameServers.current(), ["192.0.2.2"]);
  });

  it("are none before the host's file was read", async () => {
    found = new Error("EMFILE");
    assert.deepEqual(await newNameServers().nameServers.current(), []);
  });
});
