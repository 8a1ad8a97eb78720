import assert from "node:assert/strict";
import {
  authorizedKeysFile,
  blockEnd,
  blockStart,
  changeOfKeys,
  withBlock,
} from "../../../../../server/cloud/instances/keys/authorized-keys";

const block = `${blockStart}\nnew\n${blockEnd}\n`;
const old = `${blockStart}\nold\n${blockEnd}\n`;

describe("the authorized_keys of an instance", () => {
  const cases: { readonly what: string; readonly text: string; readonly becomes: string }[] = [
    { what: "an empty file", text: "", becomes: block },
    { what: "the daemon's block alone", text: old, becomes: block },
    { what: "lines around the block", text: `a\n${old}b\n\nc\n`, becomes: `a\n${block}b\n\nc\n` },
    { what: "no line end", text: `${old}b`, becomes: `${block}b\n` },
    { what: "a copy of the block", text: `a\n${old}b\n${old}`, becomes: `a\n${block}b\n` },
    { what: "no block", text: "a\nold\nnew\n x y\n", becomes: `a\n x y\n${block}` },
    { what: "carriage returns", text: "old\r\na\r\n", becomes: `a\r\n${block}` },
    { what: "half a block", text: `a\n${blockStart}\nold\nb\n`, becomes: `a\nb\n${block}` },
    {
      what: "half a block before the block",
      text: `a\n${blockStart}\nold\nb\n${old}c\n`,
      becomes: `a\nb\n${block}c\n`,
    },
    {
      what: "half a block after the block",
      text: `a\n${old}b\n${blockStart}\nold\nc\n`,
      becomes: `a\n${block}b\nc\n`,
    },
    { what: "an end without a start", text: `${blockEnd}\nold\nb\n`, becomes: `b\n${block}` },
    {
      what: "the same key in a line of the user",
      text: `${old}from="x" old\nold\n`,
      becomes: `${block}from="x" old\nold\n`,
    },
  ];
  for (const { what, text, becomes } of cases) {
    it(`with ${what} keeps the users' lines`, () =>
      assert.equal(withBlock(text, block, ["old", "new"]), becomes));
  }

  it("is read in time that grows with its size, whatever it contains", () => {
    const half = 400 * 1024;
    for (const line of [`${blockStart}\n`, `${blockEnd}\n`, `${blockStart}\n${blockEnd}\n`, "\n"]) {
      const text = line.repeat(Math.ceil(half / line.length));
      assert.ok(withBlock(text, block, []).endsWith(line === "\n" ? `\n${block}` : block));
    }
  });

  const readAs = (content: Uint8Array | undefined) => ({ readFile: () => Promise.resolve(content) });

  it("keeps bytes in any encoding, and can be given back as it was", async () => {
    const bytes = Buffer.from([0xe9, 0x0a, 0xff, 0x00, 0x0a]);
    const { before, after } = await changeOfKeys(readAs(bytes), 500, ["ssh-ed25519 A José"], []);
    assert.deepEqual(before, { ...after, content: bytes });
    const expected = Buffer.from(`${blockStart}\nssh-ed25519 A José\n${blockEnd}\n`);
    assert.deepEqual(after.content, Buffer.concat([bytes, expected]));
  });

  it("is replaced as a whole when there is none to read, or it is too large", async () => {
    for (const content of [undefined, Buffer.alloc(1024 * 1024 + 1, "a\n")]) {
      const { before, after } = await changeOfKeys(readAs(content), 500, ["new"], ["old"]);
      assert.deepEqual([before, after], [authorizedKeysFile(["old"]), authorizedKeysFile(["new"])]);
    }
  });
});
