import assert from "node:assert/strict";
import { timeLeft } from "../../../cli/output/time-left";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const inSeconds = (seconds: number): string => new Date(nowMs + seconds * 1000).toISOString();

describe("the time that an instance has left", () => {
  it("is a duration by the given clock", () => {
    assert.equal(timeLeft({ expiresAt: inSeconds(3600) }, nowMs), "1h");
    assert.equal(timeLeft({ expiresAt: inSeconds(90) }, nowMs), "1m 30s");
  });

  it("is over at the time of expiry", () => {
    assert.equal(timeLeft({ expiresAt: inSeconds(0) }, nowMs), "over");
    assert.equal(timeLeft({ expiresAt: inSeconds(-5) }, nowMs), "over");
  });

  it("shows a lease or a dash if there is no TTL", () => {
    assert.equal(timeLeft({ lease: "a".repeat(32) }, nowMs), "lease");
    assert.equal(timeLeft({}, nowMs), "-");
    assert.equal(timeLeft({ expiresAt: inSeconds(60), lease: "a".repeat(32) }, nowMs), "1m");
  });
});
