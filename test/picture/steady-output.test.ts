import assert from "node:assert/strict";
import { steadyOutput } from "../../picture/steady-output";

/** What a quickstart prints, in the order and with the times of one run. */
function printed({
  home = "/tmp/a",
  port = "18081",
  digits = "f25854",
  first = "db",
  second = "web-1",
  progress = "",
  stackAgain = "",
} = {}) {
  const address = (name: string) => (name === first ? "198.18.0.2" : "198.18.0.3");
  return `✓ Pulumi CLI     3.230.0 in ${home}/.pulumi/bin
✓ Daemon         simulated driver at http://127.0.0.1:${port}, hosts at 198.18.0.2 to 198.18.3.254
Updating (quickstart):

 +  pulumi:pulumi:Stack s creating (0s) 
@ updating.....
 +  pulumi-nodejs:dynamic/minicloud:Instance ${first} creating (0s) 
 +  pulumi-nodejs:dynamic/minicloud:Instance ${first} created (0.04s) 
 +  pulumi-nodejs:dynamic/minicloud:Instance ${second} created (1s) ${progress}
${stackAgain} +  pulumi:pulumi:Stack s created (2s) 
Resources:
    + 3 created

Duration: ${first.length}s

HOST          ADDRESS     STATUS
web-1-${digits}  ${address("web-1")}  running
db-${digits}     ${address("db")}  running

Try next:
  . ${home}/environment   select this stack for pulumi
  pulumi up${" ".repeat(home.length)}  after a change
  npm run quickstart -- --driver simulated --port ${port} --destroy  remove everything
`;
}

function steady(options: Parameters<typeof printed>[0] = {}): string[] {
  const { home = "/tmp/a", port = "18081" } = options;
  return steadyOutput(printed(options), { home, port, shownPort: "8080" });
}

describe("the output of a quickstart in a picture", () => {
  it("is equal for runs that differ in order, times, digits, port and home", () => {
    const other = { home: "/tmp/longer", port: "9", digits: "0a1b2c", first: "web-1", second: "db" };
    assert.deepEqual(steady(other), steady());
  });

  it("is equal where a resource took a second, and where Pulumi printed a line again", () => {
    const stackAgain = "    pulumi:pulumi:Stack s \n +  pulumi:pulumi:Stack s created (1s) \n";
    assert.deepEqual(steady({ progress: "198.18.0.3", stackAgain }), steady());
  });

  it("keeps what was created, the addresses and the suggestions", () => {
    const text = steady().join("\n");
    assert.match(text, /Instance db created\n.*Instance web-1 created\n.*Stack s created$/m);
    assert.match(text, /^web-1-\w{6} {2}198\.18\.0\.2 {2}running\ndb-\w{6} {5}198\.18\.0\.3 {2}running$/m);
    assert.match(text, /^ {2}\. ~\/environment +select this stack for pulumi$/m);
    assert.match(text, /at http:\/\/127\.0\.0\.1:8080,/);
  });

  it("leaves out progress, times and blank lines that follow each other", () => {
    const text = steady().join("\n");
    assert.doesNotMatch(text, /creating|updating|Duration|\ds\)|Pulumi CLI|18081|\n\n\n/);
  });

  it("leaves out the outputs that a destroy removes", () => {
    const text = "Outputs:\n  - hosts: [\n  -     [0]: {\n        }\n    ]\n\nResources:\n    - 5 deleted\n";
    assert.deepEqual(steadyOutput(text, { home: "/h", port: "1", shownPort: "2" }), [
      "Resources:",
      "    - 5 deleted",
    ]);
  });
});
