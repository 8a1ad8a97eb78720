import assert from "node:assert/strict";
import pino from "pino";
import { journalLine } from "../../../server/log/journal-format";

describe("a line for the journal", () => {
  function lineOf(write: (log: pino.Logger) => void): string {
    let line = "";
    write(pino({ level: "trace" }, { write: (json) => (line = journalLine(json)) }));
    return line;
  }

  const levels = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 } as const;
  for (const [level, priority] of Object.entries(levels)) {
    it(`has the priority ${priority} for ${level}`, () => {
      assert.equal(
        lineOf((log) => log[level as keyof typeof levels]("said")),
        `<${priority}>said\n`,
      );
    });
  }

  it("has the other fields after the message, without those that the journal adds", () => {
    assert.equal(
      lineOf((log) => log.info({ url: "http://a", time: 1 }, "serving")),
      '<6>serving {"url":"http://a"}\n',
    );
  });

  it("is written even if a field has replaced the level or the message", () => {
    assert.equal(
      lineOf((log) => log.warn({ level: "high", msg: 5, other: 1 })),
      '<6> {"other":1}\n',
    );
  });

  it("is one line for any contents", () => {
    const line = lineOf((log) => log.error({ err: new Error("a\nb") }, "c\n d"));
    assert.match(line, /^<3>c d \{"err":\{.*"stack":"Error: a\\nb/);
    assert.equal(line.split("\n").length, 2);
  });
});
