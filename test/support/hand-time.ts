import sinon from "sinon";
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
