import assert from "node:assert/strict";
import { heading, literal, tagged, text } from "../../packager/roff";

describe("the parts of a manual page", () => {
  it("escape what roff would interpret", () => {
    assert.equal(text(".so a-b\n'c\\d"), ".PP\n\\&.so a\\-b\n\\&'c\\ed");
  });

  it("are headings, terms and lines that stay as they are", () => {
    assert.equal(heading("FILES"), ".SH FILES");
    assert.equal(tagged("--nat", "let them out"), ".TP\n\\fB\\-\\-nat\\fR\nlet them out");
    assert.equal(literal("A   1\nB   2"), ".PP\n.nf\nA   1\nB   2\n.fi");
  });
});
