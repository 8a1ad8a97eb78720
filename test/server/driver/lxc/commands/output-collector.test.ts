import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { OutputCollector } from "../../../../../server/driver/lxc/commands/output-collector";

/** Returns what is kept of these chunks. */
async function collect(mostBytes: number, ...chunks: readonly string[]) {
  const stream = new PassThrough();
  const collector = new OutputCollector(stream, mostBytes);
  chunks.forEach((chunk) => stream.write(chunk));
  stream.end();
  await finished(stream);
  return { text: collector.bytes().toString(), truncated: collector.truncated };
}

describe("the output of an engine command", () => {
  for (const { mostBytes, chunks, text, truncated } of [
    { mostBytes: 6, chunks: ["abc", "def"], text: "abcdef", truncated: false },
    { mostBytes: 5, chunks: ["abc", "def"], text: "abcde", truncated: true },
    { mostBytes: 3, chunks: ["abc", "def", "g"], text: "abc", truncated: true },
    { mostBytes: 0, chunks: ["a"], text: "", truncated: true },
    { mostBytes: 0, chunks: [], text: "", truncated: false },
  ]) {
    it(`is "${text}" for "${chunks.join("|")}" with a limit of ${mostBytes} bytes`, async () => {
      assert.deepEqual(await collect(mostBytes, ...chunks), { text, truncated });
    });
  }

  it("is read to its end, so that no writer waits", async () => {
    const megabyte = "x".repeat(1024 * 1024);
    assert.deepEqual(await collect(2, megabyte, megabyte), { text: "xx", truncated: true });
  });
});
