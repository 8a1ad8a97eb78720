import assert from "node:assert/strict";
import { commandTable } from "../../cli/command-table";
import { suggestCommands } from "../../cli/suggest-commands";
import { synonyms } from "../../cli/synonyms";

const suggestions: Record<string, string> = {
  pause: ' Did you mean "stop"?',
  PAUSE: ' Did you mean "stop"?',
  delete: ' Did you mean "destroy-instance" or "destroy-fleet"?',
  delte: ' Did you mean "destroy-instance" or "destroy-fleet"?',
  ps: ' Did you mean "list-instances"?',
  sotp: ' Did you mean "stop"?',
  statr: ' Did you mean "start" or "top"?',
  memory: ' Did you mean "top"?',
  exce: ' Did you mean "exec"?',
  purne: ' Did you mean "prune"?',
  key: ' Did you mean "list-keys", "add-key", "update-key" or "destroy-key"?',
  "run-instance": ' Did you mean "run-instances"?',
  "": "",
  xyz: "",
  compl: ' Did you mean "completion"?',
};

describe("the suggestions for a mistyped command", () => {
  for (const [asked, suggestion] of Object.entries(suggestions)) {
    it(`are ${suggestion || "empty"} for "${asked}"`, () =>
      assert.equal(suggestCommands(asked, commandTable), suggestion));
  }

  it("are commands, and no command has the name of a synonym", () => {
    const names = commandTable.map(({ name }) => name);
    assert.deepEqual(
      Object.values(synonyms)
        .flat()
        .filter((name) => !names.includes(name)),
      [],
    );
    const used = commandTable.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.deepEqual(
      used.filter((name) => Object.hasOwn(synonyms, name)),
      [],
    );
    assert.equal(new Set(used).size, used.length);
  });
});
