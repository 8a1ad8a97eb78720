import assert from "node:assert/strict";
import { terminalSvg } from "../../picture/terminal-svg";

describe("the picture of a terminal", () => {
  it("has each line as text, escaped, at its column", () => {
    const svg = terminalSvg("a <title>", ["$ cat a & b", "", "    x < y"]);
    assert.match(svg, /<title>a &lt;title&gt;<\/title>/);
    assert.match(svg, /<text x="16" y="59" textLength="85\.8" fill="#79c0ff">\$ cat a &amp; b<\/text>/);
    assert.match(svg, /<text x="47\.2" y="95" textLength="39" fill="#e6edf3">x &lt; y<\/text>/);
    assert.equal(svg.match(/<text /g)?.length, 2);
  });

  it("colours a mark alone, and what is created and deleted as a whole", () => {
    const svg = terminalSvg("", ["✓ Daemon", " +  Key me created", " -  Key me deleted"]);
    assert.match(svg, /fill="#3fb950">✓</);
    assert.match(svg, /fill="#e6edf3">Daemon</);
    assert.match(svg, /fill="#3fb950">\+<.*\n.*fill="#3fb950">Key me created</);
    assert.match(svg, /fill="#ff7b72">-<.*\n.*fill="#ff7b72">Key me deleted</);
  });

  it("begins each column of a table at its place", () => {
    const svg = terminalSvg("", ["HOST          ADDRESS", "db-7bdc25     198.18.0.4"]);
    assert.deepEqual(
      [...svg.matchAll(/ x="([\d.]+)"/g)].map(([, x]) => x),
      ["16", "125.2", "16", "125.2"],
    );
  });

  it("is as wide and as high as its lines", () => {
    assert.match(terminalSvg("", ["x".repeat(100), "y"]), /viewBox="0 0 812 98"/);
  });
});
