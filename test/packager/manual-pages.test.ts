import assert from "node:assert/strict";
import { commandTable } from "../../cli/command-table";
import { manualPages } from "../../packager/manual-pages";

describe("the manual pages", () => {
  const pages = manualPages("1.2.3");
  const shown = commandTable.filter(({ hidden }) => hidden !== true);

  it("are one for each command that the help shows, one for mcc and one for the daemon", () => {
    const names = [...shown.map(({ name }) => `mcc-${name}.1`), "mcc.1", "mccserver.8"];
    assert.deepEqual(Object.keys(pages).sort(), names.sort());
  });

  for (const { name, options, examples } of shown) {
    it(`of mcc ${name} has its options and examples`, () => {
      const page = pages[`mcc-${name}.1`]?.replaceAll("\\-", "-").replaceAll("\\e", "\\") ?? "";
      assert.ok(page.startsWith(`.TH MCC-${name.toUpperCase()} 1 "" "MiniCloud 1.2.3"`));
      for (const { syntax } of Object.values(options)) {
        assert.ok(page.includes(syntax), syntax);
      }
      for (const [words] of examples) {
        assert.ok(page.includes(`mcc ${words}`), words);
      }
    });
  }

  it("of the daemon has options with their defaults, and none that the help hides", () => {
    const page = pages["mccserver.8"]?.replaceAll("\\-", "-") ?? "";
    assert.match(page, /\\fB-p, --port <number>\\fR\n.*\(default: 8080\)/);
    assert.match(page, /--driver <name>\\fR\ncontainer engine \(one of auto, .*; default: auto\)/);
    assert.doesNotMatch(page, /--iprange/);
  });
});
