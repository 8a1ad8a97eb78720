import assert from "node:assert/strict";
import { RequestedInstances } from "../../../cli/find/requested-instances";
import { ConnectionError } from "../../../client/connection-error";
import { MccError } from "../../../protocol/error";
import { exampleInstance } from "../../support/example-instance";

const web = exampleInstance({ id: 500, name: "web", status: "pending" });
const failed = (): Promise<never> => Promise.reject(new MccError("engine", "It failed, and was undone."));

describe("the summary of requested instances", () => {
  it("includes instances that the daemon reported, also before it answered", async () => {
    const asked = new RequestedInstances(2, false);
    await asked.ask(() => Promise.resolve(exampleInstance({ id: 501, status: "running" })));
    void asked.ask((onPending) => {
      onPending(web);
      return new Promise(() => undefined);
    });
    assert.deepEqual(await asked.lastWords(), [
      "Interrupted: 2 of 2 instances were requested and remain (1 pending).",
      "To destroy them: mcc destroy-instance 501 500",
    ]);
  });

  it("excludes failed instances, unless these are kept", async () => {
    for (const [keepsFailed, first] of [
      [false, "Interrupted: 0 of 1 instances were requested and remain."],
      [true, "Interrupted: 1 of 1 instances were requested and remain (1 pending)."],
    ] as const) {
      const asked = new RequestedInstances(1, keepsFailed);
      const asking = asked.ask((onPending) => {
        onPending(web);
        return failed();
      });
      await assert.rejects(asking, /was undone/);
      assert.equal((await asked.lastWords())[0], first);
    }
  });

  it("includes a pending instance after the connection was lost", async () => {
    const asked = new RequestedInstances(1, false);
    const asking = asked.ask((onPending) => {
      onPending(web);
      return Promise.reject(new ConnectionError("unavailable", "It was lost.", true));
    });
    await assert.rejects(asking, /was lost/);
    assert.match((await asked.lastWords()).join(" "), /1 of 1 instances .* mcc destroy-instance 500$/);
  });

  it("refuses further requests after it was written", async () => {
    const asked = new RequestedInstances(1, false);
    await asked.lastWords();
    let isCalled = false;
    void asked.ask(() => {
      isCalled = true;
      return failed();
    });
    await new Promise(setImmediate);
    assert.equal(isCalled, false);
  });
});
