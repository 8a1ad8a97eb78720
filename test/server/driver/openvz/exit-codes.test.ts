import assert from "node:assert/strict";
import { commands } from "../../../../server/driver/openvz/command";
import { failureOf } from "../../../../server/driver/openvz/engine";
import { exitCodes, meaningOf } from "../../../../server/driver/openvz/exit-codes";

const command = commands.create(
  { id: 501, ctid: "501" },
  { image: "debian-12", sample: "basic", ipAddress: "198.18.0.7", hostname: "web", name: "web" },
  [],
);

describe("exit codes", () => {
  for (const [generation, table] of Object.entries(exitCodes)) {
    for (const row of table) {
      it(`${generation}: ${row.exitCode} says what it means and what to do`, () => {
        const stderr = row.says === undefined ? "No luck.\n" : "No luck: it already exists.\n";
        const meaning = meaningOf(table, row.exitCode, stderr);
        const { message, code } = failureOf(command, {
          ...{ exitCode: row.exitCode, stdout: "Creating container\n", stderr, meaning },
        });
        assert.equal(code, meaning?.code);
        assert.match(
          message,
          new RegExp(`^vzctl create 501 failed with exit code ${row.exitCode}, .+: No luck`),
        );
        assert.match(message, /\. What to do: [^\n]+\.$/);
      });
    }
  }

  it("with two meanings are told apart by the text", () => {
    const meaning = (words: string) => meaningOf(exitCodes.v4, 82, words);
    assert.equal(meaning("Error: container config file 501.conf already exists")?.kind, "ctid-taken");
    assert.match(meaning("Sample config x not found")?.meaning ?? "", /no sample/);
  });

  it("that differ between the generations stay apart", () => {
    const meanings = (exitCode: number) => [
      meaningOf(exitCodes.v4, exitCode, "")?.meaning,
      meaningOf(exitCodes.v7, exitCode, "")?.meaning,
    ];
    const name = "the name belongs to another container on this host";
    assert.deepEqual(meanings(131), [name, undefined]);
    assert.deepEqual(meanings(137), [undefined, name]);
  });

  it("that are not in the table are told with vzctl's own words, which are cleaned", () => {
    const { code, message } = failureOf(command, {
      ...{ exitCode: 199, meaning: undefined, stderr: "one\u0007\ntwo\n" },
      stdout: "Directory /proc/vz not found, assuming non-OpenVZ kernel\n",
    });
    assert.deepEqual(
      [code, message],
      ["engine", "vzctl create 501 failed with exit code 199: one\ufffd; two."],
    );
  });

  it("of a command that said nothing but what it always says, are told so", () => {
    const stdout = "Directory /proc/vz not found, assuming non-OpenVZ kernel\n";
    const { message } = failureOf(command, { exitCode: 199, meaning: undefined, stderr: "", stdout });
    assert.match(message, /199: it said nothing\.$/);
  });
});
