import assert from "node:assert/strict";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import sinon from "sinon";
import { Instance } from "../../provider";
import { shortenStacks, withCallers } from "../../provider/short-stacks";
import { withEnvironment } from "../support/environment";
import { runWithMocks } from "../support/pulumi/mock-program";

/** What Pulumi sends as the place of a resource in the program. */
interface Places {
  stackTrace(skip: number): { uri: string }[];
}

describe("the stacks of errors", () => {
  /** With source maps, the file is the one that was compiled. */
  const here = basename(__filename).replace(/js$/, "");
  withEnvironment(() => ({ PULUMI_DEBUG_PROMISE_LEAKS: undefined }));
  afterEach(() => sinon.restore());

  it("are as before after a resource was made, which knows its place in the program", async () => {
    const { stackTraceLimit } = Error;
    const places = sinon.spy(pulumi.Resource as unknown as Places, "stackTrace");
    let limitAfter: number | undefined;
    await runWithMocks(() => {
      new Instance("web");
      limitAfter = Error.stackTraceLimit;
    });
    assert.equal(limitAfter, stackTraceLimit);
    assert.ok(places.returnValues.some((frames) => frames.some(({ uri }) => uri.includes(`/${here}`))));
  });

  it("are as before after a resource was refused, whose error shows the line of the program", async () => {
    const { stackTraceLimit } = Error;
    let error: unknown;
    await runWithMocks(() => {
      try {
        new Instance("");
      } catch (caught) {
        error = caught;
      }
      assert.equal(Error.stackTraceLimit, stackTraceLimit);
    });
    assert.ok(error instanceof Error);
    assert.match(error.stack ?? "", /Missing resource name/);
    assert.ok(error.stack?.includes(here), error.stack);
  });

  it("are short in between, and whole for users who look for promises that never end", () => {
    const restore = shortenStacks();
    assert.equal(Error.stackTraceLimit, 1);
    restore();
    process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
    const { stackTraceLimit } = Error;
    shortenStacks();
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
  });

  it("have each caller once where they were not short", () => {
    const error = new Error("refused");
    const { stack } = error;
    assert.ok(stack);
    assert.equal(withCallers(error), error);
    const lines = (error.stack ?? "").split("\n");
    assert.ok(error.stack?.startsWith(stack));
    assert.deepEqual(lines, [...new Set(lines)]);
  });

  it("are not added to what is no error", () => {
    assert.equal(withCallers("no error"), "no error");
  });
});
