import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cutOfColumn, cutTo, widthOf } from "../../../cli/output/text-width";
import { compiled } from "../../support/checkout";

describe("the width of a text", () => {
  it("is the number of columns on a terminal", () => {
    const widths: Record<string, number> = { "": 0, web: 3, 日本: 4, "e\u0301": 1, "🇩🇪": 2, "❤️": 2 };
    for (const [text, width] of Object.entries(widths)) {
      assert.equal(widthOf(text), width, text);
    }
  });

  it("needs its measuring package only for a text that is not ASCII", () => {
    const program = (text: string): string =>
      `require(${JSON.stringify(compiled("cli/output/text-width.js"))}).cutTo(2, ${JSON.stringify(text)});
       console.log(Object.keys(require.cache).some((path) => path.includes("string-width")));`;
    const loads = (text: string): string =>
      execFileSync(process.execPath, ["-e", program(text)], { encoding: "utf8" });
    assert.deepEqual(["web", "日本"].map(loads), ["false\n", "true\n"]);
  });

  it("is reduced by a cut with an ellipsis at the end", () => {
    assert.equal(cutTo(3, "web"), "web");
    assert.equal(cutTo(2, "web"), "w…");
    assert.equal(cutTo(1, "web"), "…");
    assert.equal(cutTo(0, "web"), "");
  });

  it("is reduced by a cut in the middle if the end must remain", () => {
    assert.equal(cutTo(8, "portal-web-12", 3), "port…-12");
    assert.equal(cutTo(6, "日本語日本語", 3), "日…語");
    assert.equal(cutTo(13, "portal-web-12", 3), "portal-web-12");
  });

  it("includes enough of the ends of a column's texts to distinguish them", () => {
    const cut = (width: number, ...texts: string[]): string[] => texts.map(cutOfColumn(texts, width));
    assert.deepEqual(cut(6, "portal-1", "portal-2"), ["port…1", "port…2"]);
    assert.deepEqual(cut(6, "portal-10", "portal-20", "portal-11"), ["por…10", "por…20", "por…11"]);
    assert.deepEqual(cut(6, "database", "frontend"), ["datab…", "front…"]);
    assert.deepEqual(cut(6, "debian-12", "debian-12"), ["debia…", "debia…"]);
    assert.deepEqual(cut(6, "db", "portal-1", "portal-2"), ["db", "port…1", "port…2"]);
  });

  it("stays within the limit if a wide character does not fit", () => {
    assert.equal(cutTo(2, "日本"), "…");
    assert.equal(cutTo(3, "日本"), "日…");
  });
});
