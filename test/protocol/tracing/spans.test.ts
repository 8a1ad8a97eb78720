import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import {
  beginWork,
  inTrace,
  type Tracer,
  traced,
  tracedInside,
  traceparent,
  useTracer,
} from "../../../protocol/tracing/spans";

describe("spans", () => {
  const seen: string[] = [];
  const tracer: Tracer = {
    begin: (name, parent) => ({
      traceparent: `${parent ?? ""}/${name}`,
      end: (result) => seen.push(`${parent ?? ""}/${name} ${result}`),
    }),
    close: () => Promise.resolve(),
  };
  beforeEach(() => {
    seen.length = 0;
    useTracer(tracer);
  });
  afterEach(() => useTracer(undefined));

  it("have the work around them as the parent, and end with the code of the error", async () => {
    const fails = (): never => {
      throw new MccError("conflict", "with a secret");
    };
    await assert.rejects(
      traced("up", {}, async () => {
        await traced("call", {}, () => assert.equal(traceparent(), "/up/call"));
        await traced("create", {}, fails);
      }),
    );
    await assert.rejects(traced("bug", {}, () => Promise.reject(new Error())));
    assert.deepEqual(seen, ["/up/call ok", "/up/create conflict", "/up conflict", "/bug internal"]);
    assert.equal(traceparent(), undefined);
  });

  it("belong to the trace that a client sent, and not to that of another", async () => {
    const [one, other] = await Promise.all(
      ["one", undefined].map((sent) =>
        inTrace(sent, () => traced("call", {}, () => Promise.resolve(traceparent()))),
      ),
    );
    assert.equal(one, "one/call");
    assert.equal(other, "/call");
    useTracer(tracer, "process");
    assert.equal(traceparent(), "process");
    assert.equal(
      inTrace("one", () => traceparent()),
      "one",
    );
  });

  it("follow the steps of a function", async () => {
    async function work(): Promise<void> {
      await Promise.resolve();
      const endFirst = beginWork("first", {});
      await Promise.resolve();
      await tracedInside("command", {}, () => Promise.resolve());
      endFirst();
      const endSecond = beginWork("second", {});
      await tracedInside("command", {}, () => Promise.resolve());
      endSecond(new MccError("timeout", ""));
      assert.equal(traceparent(), "/call");
    }
    await traced("call", {}, async () => await Promise.all([work(), work()]));
    const expected = ["/first/command ok", "/first ok", "/second/command ok", "/second timeout"];
    assert.deepEqual(
      seen.sort(),
      ["/call ok", ...expected.flatMap((each) => [`/call${each}`, `/call${each}`])].sort(),
    );
  });

  it("are not made of work outside of a trace that repeats, nor without a tracer", async () => {
    await tracedInside("list", {}, () => Promise.resolve());
    beginWork("step", {})();
    useTracer(undefined);
    await traced("call", {}, () => inTrace("one", () => assert.equal(traceparent(), undefined)));
    assert.deepEqual(seen, []);
  });
});
