import assert from "node:assert/strict";
import { lastWords } from "../../../server/support/output-tail";

describe("the last output of a program", () => {
  for (const { it: title, output, words } of [
    { it: "are empty for one that wrote nothing", output: "\n \r\n", words: "" },
    { it: "are on one line", output: "  one\r\n\ntwo\n", words: "one; two" },
    { it: "are its last five lines", output: "1\n2\n3\n4\n5\n6\n7\n", words: "3; 4; 5; 6; 7" },
    {
      it: "are 600 characters at most",
      output: `${"a".repeat(10)}${"b".repeat(600)}`,
      words: `…${"b".repeat(600)}`,
    },
    { it: "are whole at 600 characters", output: "b".repeat(600), words: "b".repeat(600) },
  ]) {
    it(title, () => assert.equal(lastWords(output), words));
  }

  it("have no characters that change a terminal", () => {
    assert.doesNotMatch(lastWords("\u001b[31mred\u0007"), /[\u001b\u0007]/);
  });
});
