import sinon from "sinon";
import { eventually } from "./eventually";
import { HandClock } from "./hand-clock";

const longestStepMs = 60_000;

/** Timers and a clock that only a test advances. */
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

  /** Advances in small steps, so that no timer runs much later than its time. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += longestStepMs) {
      const step = Math.min(longestStepMs, ms - passed);
      this.clock.pass(step);
      await this.tick(step);
    }
  }

  /** Advances until the condition holds, in steps of one second or of the given milliseconds. */
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

  /** Advances until the work has ended. @returns its result. @throws its error. */
  async passDuring<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    await this.passUntil(() => ended, "the work has ended", { stepMs: 100 });
    return await work;
  }

  /** Replaces only the timers. */
  async tick(ms: number): Promise<void> {
    await this.#timers?.tickAsync(ms);
  }
}

/** Creates a HandTime for each test of the calling suite. After the test, it restores time and sinon's stubs. */
export function handTime(): HandTime {
  const time = new HandTime();
  beforeEach(() => time.begin());
  afterEach(() => {
    time.end();
    sinon.restore();
  });
  return time;
}
