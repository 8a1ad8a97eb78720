import assert from "node:assert/strict";
import { commands } from "../../../../../server/driver/openvz/commands/command";
import { exitCodes, meaningOf } from "../../../../../server/driver/openvz/commands/exit-codes";
import { failureOf } from "../../../../../server/driver/openvz/commands/runner";

const command = commands.create(
  { id: 501, ctid: "501" },
  { image: "debian-12", sample: "basic", ipAddress: "198.18.0.7", hostname: "web", name: "web" },
  [],
);

/** The messages of vzctl if one exit code has several meanings. */
const sayings = [
  ": it already exists",
  ": arpsend -D -e 198.18.0.7 eth0 FAILED",
  ": Container init failed: Cgroup is not mounted",
  ": Container private area is owned by 0:0",
  ": available: 9, needed: 12.5 KiB",
  ": name web already used by container 7",
  ": container can't be cleanly stopped from the host system",
  ": Tarball does not exist: /vz/template/cache/x.tar.gz",
  ": Invalid tarball: /vz/template/cache/x.tar.gz",
];
const told = (says: RegExp | undefined): string =>
  says === undefined ? "" : (sayings.find((saying) => says.test(saying)) ?? " in no way that is known");

describe("exit codes", () => {
  for (const [generation, table] of Object.entries(exitCodes)) {
    for (const row of table) {
      const action = row.of?.[0];
      const of = action === undefined ? "" : ` of ${action}`;
      it(`${generation}: ${row.exitCode}${of}${told(row.says)} is reported with its meaning and a remedy`, () => {
        const stderr = `No luck${told(row.says)}.\n`;
        const meaning = meaningOf(table, row.exitCode, { words: stderr, action });
        assert.equal(meaning, row);
        const { message, code } = failureOf(command, {
          exitCode: row.exitCode,
          stdout: "Creating container\n",
          stderr,
          meaning,
        });
        assert.equal(code, meaning.code);
        assert.match(
          message,
          new RegExp(`^vzctl create 501 failed with exit code ${row.exitCode}, .+: No luck`),
        );
        assert.match(message, /\. What to do: [^\n]+\.$/);
      });
    }
  }

  it("with two meanings are distinguished by the text", () => {
    const meaning = (words: string) => meaningOf(exitCodes.v4, 82, { words });
    assert.equal(meaning("Error: container config file 501.conf already exists")?.kind, "ctid-taken");
    assert.match(meaning("Sample config x not found")?.meaning ?? "", /no sample/);
  });

  it("may have another meaning in each generation", () => {
    const meanings = (exitCode: number) =>
      [exitCodes.v4, exitCodes.v7].map(
        (table) => meaningOf(table, exitCode, { words: "name web already used by container 7" })?.meaning,
      );
    const name = "the name belongs to another container on this host";
    assert.deepEqual(meanings(131), [name, "this kernel lacks a feature that the container needs"]);
    assert.deepEqual(meanings(137), [undefined, name]);
    assert.equal(
      meaningOf(exitCodes.v4, 131, { words: "Unable to create link" })?.meaning,
      "the name could not be assigned",
    );
  });

  it("are all those in vzctl(8) of vzctl 4.11.1, except for those of snapshots and conversions", () => {
    const documented = [
      ...[1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 28, 29, 31, 32, 33],
      ...[34, 40, 41, 43, 44, 46, 47, 48, 49, 50, 51, 52, 53, 60, 61, 62, 63, 64, 65, 66, 67, 71, 74, 78, 79],
      ...[82, 86, 89, 91, 99, 100, 104, 105, 106, 107, 109, 129, 130, 131, 133, 139, 148, 150, 151, 152, 153],
      154,
    ];
    const missing = documented.filter(
      (exitCode) => meaningOf(exitCodes.v4, exitCode, { words: "" }) === undefined,
    );
    assert.deepEqual(missing, []);
  });

  const byAction: readonly { exitCode: number; action: string; says?: string; remedy: RegExp }[] = [
    { exitCode: 31, action: "start", remedy: /^check that the image's first program/ },
    { exitCode: 31, action: "exec3", remedy: /^start it first$/ },
    { exitCode: 47, action: "start", remedy: /\/sbin\/init, its interpreter and its libraries/ },
    { exitCode: 47, action: "start", says: "is owned by 0:0", remedy: /^set LOCAL_UID/ },
    { exitCode: 47, action: "exec3", remedy: /^check the program in the image$/ },
    { exitCode: 47, action: "create", remedy: /^choose another image/ },
    { exitCode: 79, action: "start", remedy: /\*\.start and \*\.mount scripts/ },
    { exitCode: 79, action: "stop", remedy: /\*\.stop, \*\.umount/ },
    { exitCode: 99, action: "create", remedy: /^set VE_LAYOUT=simfs/ },
    { exitCode: 99, action: "start", remedy: /^boot the OpenVZ kernel/ },
  ];
  for (const { exitCode, action, says = "", remedy } of byAction) {
    it(`have the remedy for what failed: ${exitCode} of ${action} ${says}`, () => {
      assert.match(meaningOf(exitCodes.v4, exitCode, { words: says, action })?.remedy ?? "", remedy);
    });
  }

  it("that are not in the table are reported with vzctl's own message, in printable form", () => {
    const { code, message } = failureOf(command, {
      exitCode: 199,
      meaning: undefined,
      stderr: "one\u0007\ntwo\n",
      stdout: "Directory /proc/vz not found, assuming non-OpenVZ kernel\n",
    });
    assert.deepEqual(
      [code, message],
      ["engine", "vzctl create 501 failed with exit code 199: one\ufffd; two."],
    );
  });

  it("of a command without a message of its own are reported as such", () => {
    const stdout = "Directory /proc/vz not found, assuming non-OpenVZ kernel\n";
    const { message } = failureOf(command, { exitCode: 199, meaning: undefined, stderr: "", stdout });
    assert.match(message, /199: no message\.$/);
  });
});
