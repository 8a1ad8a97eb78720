import assert from "node:assert/strict";
import pino from "pino";
import sinon from "sinon";
import { MemberWatch } from "../../../../server/cloud/placement/member-watch";

describe("the watch for members that do not answer", () => {
  const log = pino({ level: "silent" });
  const engine = (placement: boolean): ConstructorParameters<typeof MemberWatch>[0] =>
    ({ capabilities: { placement } }) as ConstructorParameters<typeof MemberWatch>[0];
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it("looks every five seconds, one look at a time, also after one that failed", async () => {
    const looks: (() => void)[] = [];
    let count = 0;
    const look = async (): Promise<void> => {
      count += 1;
      await new Promise<void>((resolve) => looks.push(resolve));
      throw new Error("no answer");
    };
    const watch = new MemberWatch(engine(true), look, log);
    await clock.tickAsync(15_000);
    assert.equal(count, 1);
    looks.pop()?.();
    await clock.tickAsync(5000);
    assert.equal(count, 2);
    looks.pop()?.();
    await watch.close();
    await clock.tickAsync(15_000);
    assert.equal(count, 2);
  });

  it("does nothing for an engine without members", async () => {
    const look = sinon.fake.resolves(undefined);
    const watch = new MemberWatch(engine(false), look, log);
    await clock.tickAsync(15_000);
    await watch.close();
    assert.equal(look.callCount, 0);
  });
});
