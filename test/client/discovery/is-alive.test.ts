import assert from "node:assert/strict";
import sinon from "sinon";
import { isAlive } from "../../../client/discovery/is-alive";

const failing = (code: string) => Object.assign(new Error(`kill ${code}`), { code });

describe("whether a process is alive", () => {
  afterEach(() => sinon.restore());

  for (const { title, code, alive } of [
    { title: "if no process has that id", code: "ESRCH", alive: false },
    { title: "for a process of another user", code: "EPERM", alive: true },
  ]) {
    it(`is ${alive} ${title}`, () => {
      sinon.stub(process, "kill").throws(failing(code));
      assert.equal(isAlive(1), alive);
    });
  }

  it("is true for this process, which receives no signal", () => assert.equal(isAlive(process.pid), true));

  it("is not concluded from another failure", () => {
    sinon.stub(process, "kill").throws(failing("EINVAL"));
    assert.throws(() => isAlive(1), { code: "EINVAL" });
  });
});
