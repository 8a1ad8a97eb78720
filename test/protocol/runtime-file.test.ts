import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import sinon from "sinon";
import { runtimeFolder, runtimeFolders } from "../../protocol/runtime-file";

describe("the folders for the files of running daemons", () => {
  afterEach(() => sinon.restore());

  const ofUser = join(homedir(), ".local", "state", "minicloud", "run");
  const system = "/run/minicloud";
  for (const { userId, environment, folders } of [
    { userId: 0, environment: {}, folders: [system] },
    { userId: 0, environment: { XDG_RUNTIME_DIR: "/run/user/0" }, folders: [system] },
    { userId: 0, environment: { MCC_RUNTIME_DIR: "/tmp/own" }, folders: ["/tmp/own"] },
    { userId: 1000, environment: {}, folders: [ofUser, system] },
    {
      userId: 1000,
      environment: { XDG_RUNTIME_DIR: "/run/user/1000" },
      folders: ["/run/user/1000/minicloud", system],
    },
    { userId: 1000, environment: { MCC_RUNTIME_DIR: "/tmp/own" }, folders: ["/tmp/own"] },
    { userId: 1000, environment: { MCC_RUNTIME_DIR: "" }, folders: [ofUser, system] },
  ]) {
    it(`are ${folders.join(" and ")} for the user ${userId} with ${JSON.stringify(environment)}`, () => {
      sinon.stub(process, "getuid").returns(userId);
      assert.deepEqual(runtimeFolders(environment), folders);
      assert.equal(runtimeFolder(environment), folders[0]);
    });
  }
});
