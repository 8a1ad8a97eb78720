import assert from "node:assert/strict";
import { LiveLines } from "../../../cli/output/live-lines";
import { captureIo } from "../../support/programs/captured-io";

describe("lines that are shown again and again", () => {
  /** Returns what a terminal of this height gets. */
  function shownOn(rows: number, ...screens: string[][]): string {
    const captured = captureIo({ columns: 80 });
    Object.assign(captured.io.stdout, { rows });
    const lines = new LiveLines(captured.io);
    screens.forEach((screen) => lines.show(screen));
    return captured.stdout();
  }

  it("replace the earlier ones on a terminal", () => {
    assert.equal(
      shownOn(24, ["a", "b"], ["c"]),
      "\u001b[2J\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J\u001b[Hc\u001b[K\n\u001b[J",
    );
  });

  it("fit into the terminal, and the last one counts those that do not", () => {
    const text = shownOn(5, ["head", "1", "2", "3", "4", "5"]);
    assert.deepEqual(text.match(/[a-z0-9 ]+(?=\.?\u001b\[K)/g), ["head", "1", "2", "3 more do not fit"]);
    assert.equal(shownOn(5, ["head", "1", "2", "3"]).includes("fit"), false);
  });

  it("are below each other without a terminal", () => {
    const captured = captureIo();
    const lines = new LiveLines(captured.io);
    lines.show(["a", "b"]);
    lines.show(["c"]);
    assert.equal(captured.stdout(), "a\nb\n\nc\n");
  });
});
