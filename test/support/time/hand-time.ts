import sinon from "sinon";
import { eventually } from "./eventually";
import { HandClock } from "./hand-clock";

const longestStepMs = 60_000;

/** Timers and a clock that only a test moves. */
export class HandTime {
  clock = new HandClock();
  #timers: sinon.SinonFakeTimers | undefined;

  begin(): void {
    this.clock = new HandClock();
    this.#timers = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  }

  end(): void {
    this.#timers?.restore();
  }

  /** In steps so small that no timer comes much later than the clock. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += longestStepMs) {
      const step = Math.min(longestStepMs, ms - passed);
      this.clock.pass(step);
      await this.tick(step);
    }
  }

  /** Until the condition holds, in steps of a second or so many milliseconds. */
  async passUntil(
    condition: () => boolean | Promise<boolean>,
    what: string,
    { stepMs = 1000 } = {},
  ): Promise<void> {
    await eventually(async () => {
      const holds = await condition();
      if (!holds) {
        await this.pass(stepMs);
      }
      return holds;
    }, what);
  }

  /** Until the work has ended. @returns what it comes to. @throws what it throws. */
  async passDuring<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    await this.passUntil(() => ended, "the work has ended", { stepMs: 100 });
    return await work;
  }

  /** The timers alone. */
  async tick(ms: number): Promise<void> {
    await this.#timers?.tickAsync(ms);
  }
}

/** Anew for each test of the calling suite; after it time goes on by itself, and what sinon put in place is gone. */
export function handTime(): HandTime {
  const time = new HandTime();
  beforeEach(() => time.begin());
  afterEach(() => {
    time.end();
    sinon.restore();
  });
  return time;
}
