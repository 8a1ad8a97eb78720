import assert from "node:assert/strict";
import { KeptBytes } from "../../../server/support/kept-bytes";

describe("kept bytes", () => {
  for (const { most, pieces, text, truncated } of [
    { most: 6, pieces: ["abc", "def"], text: "abcdef", truncated: false },
    { most: 5, pieces: ["abc", "def"], text: "abcde", truncated: true },
    { most: 3, pieces: ["abc", "", "d"], text: "abc", truncated: true },
    { most: 3, pieces: ["abc", ""], text: "abc", truncated: false },
    { most: 0, pieces: ["a"], text: "", truncated: true },
    { most: 9, pieces: [], text: "", truncated: false },
  ]) {
    it(`are "${text}" for "${pieces.join("|")}" with a limit of ${most}`, () => {
      const kept = new KeptBytes(most);
      pieces.forEach((piece) => kept.add(Buffer.from(piece)));
      assert.deepEqual([kept.bytes().toString(), kept.truncated], [text, truncated]);
    });
  }

  it("are the same for pieces of any size, beyond each capacity of the buffer", () => {
    const whole = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    for (const size of [1, 7, 4095, 4096, 4097, 60_000]) {
      const kept = new KeptBytes(90_000);
      for (let start = 0; start < whole.length; start += size) {
        kept.add(whole.subarray(start, start + size));
      }
      assert.ok(kept.bytes().equals(whole.subarray(0, 90_000)), String(size));
    }
  });

  it("need less than twice their length in memory, also in pieces of one byte, and do not keep the pieces", () => {
    const kept = new KeptBytes(16 * 1024 * 1024);
    const piece = Buffer.alloc(64 * 1024).subarray(0, 1);
    for (let count = 0; count < 300_000; count += 1) {
      kept.add(piece);
    }
    assert.equal(kept.bytes().length, 300_000);
    assert.ok(kept.bytes().buffer.byteLength < 600_000, String(kept.bytes().buffer.byteLength));
    assert.notEqual(kept.bytes().buffer, piece.buffer);
  });
});
