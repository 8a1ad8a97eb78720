import assert from "node:assert/strict";
import { runProcess, runProgram } from "../support/programs/run-program";
import { wordsSaidOf } from "./words-said";

/** Arguments that are usage errors, and their messages. */
const mistakes: Record<string, [words: string[], said: RegExp][]> = {
  mcc: [
    [["mcc", "run-instnaces"], /there is no command "run-instnaces"\. Did you mean "run-instances"\?/],
    [["mcc", "LIST-IMAGES"], /there is no command "LIST-IMAGES"\. Did you mean "list-images"\?/],
    [["mcc", "list"], /Did you mean .*"list-images"/],
    [["mcc", "qqqqqqqqq"], /there is no command "qqqqqqqqq"\. List the commands with mcc --help/],
    [["mcc", "list-imges", "--json"], /there is no command "list-imges"\. Did you mean "list-images"/],
    [["mcc", "help", "list-imges"], /there is no command "list-imges"\. Did you mean "list-images"/],
    [["mcc", "--verbos"], /unknown option '--verbos'/],
  ],
  "run-instances": [
    [["mcc-run-instances", "-i"], /'-i, --image <IMAGE>' argument missing/],
    [["mcc-run-instances", "-i", "a", "--image", "b"], /argument 'b' is invalid.*once/],
    [["mcc-run-instances", "-i", ""], /--image is "": an image.s name has/],
    [["mcc-run-instances", "-i", "../etc"], /--image is "\.\.\/etc"/],
    [["mcc-run-instances", "-t", ""], /--instance-type is ""/],
    [["mcc-run-instances", "-t", "a", "-t", "b"], /argument 'b' is invalid.*once/],
    [
      ["mcc-run-instances", "-k", "one", "-k", "T wo"],
      /--public-key is "T wo": give the name of a key, not a file or a text/,
    ],
    [
      ["mcc", "run-instances", "-n", "n".repeat(61), "-c", "10"],
      /--name is "n{61}", and the last of 10 instances would be "n{61}-10": a name has 1 to 63/,
    ],
    [["mcc-run-instances", "-k", "me", "-k", "me"], /--public-key is \["me","me"\]: name each key once/],
    [["mcc-run-instances", "-n", "500"], /--name is "500": a name of only digits/],
    [["mcc-run-instances", "-n", "a", "-n", "a"], /argument 'a' is invalid.*once/],
    [["mcc", "run-instances", "-c", "0"], /--count is "0": give a whole number from 1 to 1000/],
    [["mcc", "run-instances", "-c", "three"], /--count is "three"/],
    [["mcc", "run-instances", "-c", "1e9"], /--count is "1e9"/],
    [["mcc", "run-instances", "-c", "-1"], /--count is "-1"/],
    [
      ["mcc", "run-instances", "--wait-for", "boot"],
      /--wait-for is "boot": give running, address, ssh, tcp:PORT/,
    ],
    [["mcc", "run-instances", "--wait-for", "ssh,tcp:99999"], /--wait-for is "ssh,tcp:99999": give/],
    [["mcc", "run-instances", "--wait-for", "ssh", "--wait-for", ""], /--wait-for is "": give/],
    [["mcc", "run-instances", "--timeout", "2h"], /--timeout is "2h": give a duration .* 1h at most/],
    [["mcc", "run-instances", "--timeout", "0"], /--timeout is "0"/],
    [["mcc", "run-instances", "--imag", "a"], /unknown option '--imag' \(Did you mean --image\?\)/],
    [["mcc", "run-instances", "micro"], /too many arguments: "micro"\./],
    [["mcc", "run-instances", "-c", "0", "-n", "A"], /--name is "A".*; --count is "0"/],
  ],
  "list-*": [
    [["mcc-list-images", "micro", "m\u001b"], /too many arguments: "micro", "m\\u001b"\./],
    [["mcc-list-images", "--quiet", "--json"], /'-q, --quiet' cannot be used with option '--json'/],
    [["mcc-list-instance-types", "--json", "--classic"], /cannot be used/],
    [["mcc-list-keys", "--classic", "-q"], /cannot be used/],
    [["mcc-list-instances", "-i"], /argument missing/],
    [["mcc-list-instances", "-i", ""], /--instance is "": give the id or the name of an instance/],
    [["mcc-list-instances", "-i", "0501"], /--instance is "0501": give the id or the name of an instance/],
    [["mcc-list-instances", "-i", "-5"], /--instance is "-5"/],
    [["mcc-list-instances", "-i", "5.5"], /--instance is "5\.5"/],
    [["mcc-list-instances", "-i", "1", "-i", "2"], /argument '2' is invalid.*once/],
    [["mcc-list-instances", "-i", "1", "-a"], /cannot be used/],
    [
      ["mcc-list-instances", "-l", "role=web", "-l", "ro le=x"],
      /--label is "ro le=x": a label's key has 1 to 63 characters of/,
    ],
    [
      ["mcc-list-instances", "-l", `a=${"x".repeat(5000)}`],
      /--label is "a=x{77}… \(5004 characters\): a label/,
    ],
  ],
  "add-key, update-key, destroy-key": [
    [["mcc-add-key"], /required option '-n, --name <NAME>' not specified/],
    [["mcc-add-key", "-n"], /argument missing/],
    [["mcc-add-key", "-n", ""], /--name is ""/],
    [["mcc-add-key", "-n", "My Key"], /--name is "My Key"/],
    [["mcc-add-key", "-n", "a", "-n", "b"], /once/],
    [["mcc-add-key", "-n", "a", "-p"], /argument missing/],
    [["mcc-add-key", "-n", "a", "-p", ""], /--public-key is "": it is empty/],
    [["mcc-add-key", "-n", "a", "-p", "b", "-p", "c"], /once/],
    [["mcc", "update-key", "-p", "a"], /required option '-n, --name <NAME>'/],
    [["mcc-destroy-key"], /required option '-n, --name <NAME>'/],
    [["mcc-destroy-key", "me"], /too many arguments: "me"; required option '-n, --name <NAME>'/],
    [["mcc", "destroy-key", "--naem", "me"], /unknown option '--naem' \(Did you mean --name\?\)/],
  ],
  "destroy-instance": [
    [["mcc-destroy-instance", "-i"], /argument missing/],
    [["mcc-destroy-instance", "-i", ""], /--instance is ""/],
    [["mcc-destroy-instance", "-i", "web", "-i", "w_b"], /--instance is "w_b"/],
    [["mcc-destroy-instance", "--all", "-i", "web"], /cannot be used/],
    [["mcc-destroy-instance"], /: give ids or names of instances, or --all\.$/m],
    [["mcc-destroy-instance", "--all", "501"], /: give ids or names of instances, or --all\.$/m],
    [["mcc-destroy-instance", "WEB"], /INSTANCE is "WEB"/],
  ],
  "the others": [
    [["mcc", "start"], /missing required argument 'INSTANCE'/],
    [["mcc", "stop", "web", "--grace", "long"], /--grace is "long": give a duration .* 10m at most/],
    [["mcc", "restart", "--grace", "601", "web"], /--grace is "601"/],
    [["mcc", "take-over"], /missing required argument 'ID'/],
    [["mcc", "take-over", ""], /ID is "": it is empty/],
    [["mcc", "take-over", "101", "102", "-n", "web"], /--name is for one container only/],
    [["mcc", "take-over", "101", "-n", "My Web"], /--name is "My Web"/],
    [["mcc", "take-over", "101", "-k", "a b"], /--public-key is "a b"/],
    [["mcc", "wait", "web", "--timeout", "-1"], /--timeout is "-1"/],
    [["mcc", "exec", "--timeout", "2h", "web", "ls"], /--timeout is "2h": give a duration .* 1h at most/],
    [["mcc", "exec", "web"], /missing required argument 'COMMAND'/],
    [["mcc", "exec", "w b", "ls"], /INSTANCE is "w b"/],
    [["mcc", "exec", "web", "--timeout", "5", "ls"], /COMMAND is .*: give options before the instance/],
    [["mcc", "ssh", "web", "-v"], /COMMAND is .*: give options before the instance, and -- before/],
    [["mcc", "ssh"], /missing required argument 'INSTANCE'/],
    [["mcc", "ssh", "-l", "", "web"], /--login is "": it is empty/],
    [["mcc", "update-instance", "web"], /give a change: --public-key, --instance-type, --name/],
    [["mcc", "exec", "web", "--"], /give a command after --/],
    [["mcc", "cp", "a", "b"], /no path is in an instance/],
    [["mcc", "cp", "A:x", "web:"], /"A" in "A:x" is not an id or name.*write \.\/A:x/],
    [
      ["mcc", "build-image", "debian-12", "--suite", "sid"],
      /--suite sid needs a name that is not the stock image debian-12/,
    ],
    [["mcc", "build-image", "--suite", "sid"], /--suite sid needs a name that is not the stock image micro/],
    [["mcc", "cp", "file"], /PATH is \["file"\]: give a source and a target/],
    [["mcc", "import-image", "debian"], /missing required argument 'PATH'/],
    [["mcc", "import-image", "De/bian", "x"], /NAME is "De\/bian"/],
    [["mcc", "remove-image"], /missing required argument 'IMAGE'/],
    [["mcc", "remove-image", "Debian!"], /IMAGE is "Debian!"/],
    [["mcc", "completion", "tcsh"], /SHELL is "tcsh": expected one of bash, zsh, fish/],
    [["mcc", "server-info", "--quiet"], /unknown option '--quiet'/],
  ],
};

describe("usage errors", () => {
  for (const [commands, rows] of Object.entries(mistakes)) {
    it(`of ${commands} produce one line`, async () => {
      for (const [words, expected] of rows) {
        const said = await wordsSaidOf(words);
        assert.match(said, expected, words.join(" "));
        assert.match(said, new RegExp(`^${words[0]}: `));
        assert.match(said, /^[^\n]+\n$/, words.join(" "));
      }
    });
  }

  it("are quoted without control characters", async function () {
    this.timeout(30_000);
    const escape = "\u001b[2J\r\u009b";
    for (const words of [
      ["mcc", escape],
      ["mcc", "wait", escape],
      ["mcc", "add-key", "-n", "me", "-p", escape],
    ]) {
      const { exitCode, stderr } = await runProgram(words);
      assert.ok(exitCode === 1 || exitCode === 2, words.join(" "));
      assert.doesNotMatch(stderr, /\p{Cc}/u);
    }
  });

  it("produce exit code 2", async function () {
    this.timeout(30_000);
    const wrong = [["mcc", "lists"], ["mcc-add-key"], ["mcc-run-instances", "-c", "0"]];
    const runs = await Promise.all(wrong.map((words) => runProcess(words)));
    assert.deepEqual(
      runs.map(({ exitCode, stdout }) => [exitCode, stdout]),
      wrong.map(() => [2, ""]),
    );
  });
});

describe("help", function () {
  this.timeout(30_000);

  const helped = async (...words: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runProgram(words);
    assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
    assert.match(stdout, /\nExamples:\n {2}mcc.*\n(.*\n)*\nEnvironment:\n {2}MCC_SERVER /, words.join(" "));
    return stdout;
  };

  it("of mcc lists the commands, with and without --help", async () => {
    const all = await helped("mcc", "--help");
    assert.match(all, /^ {2}run-instances .*Create instances/m);
    assert.doesNotMatch(all, /^ {2}complete /m);
    assert.equal(await helped("mcc"), all);
    assert.equal(await helped("mcc", "help"), all);
  });

  it("of a command shows examples", async () => {
    const ssh = await helped("mcc", "ssh", "--help");
    assert.match(ssh, /Examples:\n {2}mcc ssh web /);
    assert.equal(await helped("mcc", "help", "ssh"), ssh);
    assert.match(await helped("mcc-list-keys", "-h"), /Examples:\n {2}mcc-list-keys /);
  });
});
