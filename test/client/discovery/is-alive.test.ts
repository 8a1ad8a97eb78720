import assert from "node:assert/strict";
import sinon from "sinon";
import { isAlive } from "../../../client/discovery/is-alive";

const failing = (code: string) => Object.assign(new Error(`kill ${code}`), { code });

describe("whether a process is alive", () => {
  afterEach(() => sinon.restore());

  for (const { title, code, alive } of [
    { title: "no process has that id", code: "ESRCH", alive: false },
    { title: "it is another user's", code: "EPERM", alive: true },
  ]) {
    it(`is ${alive} when ${title}`, () => {
      sinon.stub(process, "kill").throws(failing(code));
      assert.equal(isAlive(1), alive);
    });
  }

  it("is true for this one, which no signal reaches", () => assert.equal(isAlive(process.pid), true));

  it("is not concluded from another failure", () => {
    sinon.stub(process, "kill").throws(failing("EINVAL"));
    assert.throws(() => isAlive(1), { code: "EINVAL" });
  });
});
