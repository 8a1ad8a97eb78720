import assert from "node:assert/strict";
import { newHostsText, withBlock } from "../../../server/driver/hosts-text";

const local = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";
const block = (...lines: string[]): string =>
  ["# BEGIN minicloud: hosts of this stack, replaced when they change", ...lines, "# END minicloud", ""].join(
    "\n",
  );

describe("the daemon's block in a hosts file", () => {
  const before = newHostsText(["198.18.0.2 one"]);
  const cases: readonly { readonly of: string; readonly text: string; readonly after: string }[] = [
    { of: "a new file", text: before, after: local + block("new") },
    { of: "lines around it", text: `mine\n${before}more\n`, after: `mine\n${local}${block("new")}more\n` },
    { of: "a last line without an end", text: `${before}more`, after: `${local}${block("new")}more` },
    { of: "no block", text: "mine", after: `mine\n${block("new")}` },
    { of: "an empty file", text: "", after: block("new") },
    { of: "an edited first line", text: "# BEGIN minicloud\nx\n# END minicloud\n", after: block("new") },
    {
      of: "a copy of it",
      text: `${before}mine\n${block("copy")}more\n`,
      after: `${local}${block("new")}mine\nmore\n`,
    },
    {
      of: "only its first line",
      text: "a\n# BEGIN minicloud: x\nb\n",
      after: `a\nb\n${block("new")}`,
    },
    { of: "only its last line", text: "a\n# END minicloud\nb\n", after: `a\nb\n${block("new")}` },
    {
      of: "a first line before a whole one",
      text: `# BEGIN minicloud\nkept\n${block("old")}`,
      after: `kept\n${block("new")}`,
    },
    { of: "a similar mark", text: "# BEGIN minicloudy\n", after: `# BEGIN minicloudy\n${block("new")}` },
    {
      of: "lines that end with a carriage return",
      text: "# BEGIN minicloud\r\nx\r\n# END minicloud\r\ny\r\n",
      after: `${block("new")}y\r\n`,
    },
  ];
  for (const { of, text, after } of cases) {
    it(`is replaced in a file with ${of}`, () => {
      assert.equal(withBlock(text, ["new"]), after);
      assert.equal(withBlock(after, ["new"]), after, "a second time changes nothing");
    });
  }
});
