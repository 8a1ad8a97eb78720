import assert from "node:assert/strict";
import { NameServers } from "../../../../server/cloud/network/name-servers";
import { captureLog } from "../../../support/captured-log";

describe("the name servers for instances that start", () => {
  it("follow the host's, with one look for all of a moment, and a line in the log for a change", async () => {
    const { log, lines } = captureLog();
    let found: string[] = ["192.0.2.1"];
    let looks = 0;
    let nowMs = 0;
    const look = (): Promise<string[]> => {
      looks += 1;
      return Promise.resolve(found);
    };
    const nameServers = new NameServers(log, look, () => nowMs);
    assert.deepEqual(await nameServers.current(), ["192.0.2.1"]);
    assert.deepEqual(lines, []);
    found = ["192.0.2.2", "192.0.2.3"];
    await Promise.all([nameServers.current(), nameServers.current()]);
    assert.equal(looks, 1);
    nowMs += 1000;
    assert.deepEqual(await nameServers.current(), ["192.0.2.2", "192.0.2.3"]);
    assert.match(String(lines[0]?.["msg"]), /new and restarted instances get .* 192\.0\.2\.2, 192\.0\.2\.3/);
    found = [];
    nowMs += 1000;
    assert.deepEqual(await nameServers.current(), []);
    assert.match(String(lines[1]?.["msg"]), /no name server/);
    nowMs += 1000;
    await nameServers.current();
    assert.equal(lines.length, 2, "said once");
  });

  it("are looked up again at once after a failure", async () => {
    let fails = true;
    const look = (): Promise<string[]> =>
      fails ? Promise.reject(new Error("EMFILE")) : Promise.resolve(["192.0.2.1"]);
    const nameServers = new NameServers(captureLog().log, look, () => 0);
    await assert.rejects(nameServers.current(), /EMFILE/);
    fails = false;
    assert.deepEqual(await nameServers.current(), ["192.0.2.1"]);
  });
});
