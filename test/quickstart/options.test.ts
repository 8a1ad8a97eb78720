import assert from "node:assert/strict";
import sinon from "sinon";
import { readOptions } from "../../quickstart/options";

describe("the options of the quickstart", () => {
  afterEach(() => sinon.restore());

  for (const { words, options } of [
    { words: [], options: { driver: "lxc", port: "8080" } },
    {
      words: ["--driver", "simulated", "--destroy"],
      options: { driver: "simulated", port: "8080", destroy: true },
    },
    {
      words: ["--range=10.0.0.0/24", "--port", "9090", "--prepare"],
      options: { driver: "lxc", port: "9090", range: "10.0.0.0/24", prepare: true },
    },
    {
      words: ["--driver", "incus", "--engine-url", "https://m1:8443", "--engine-nic", "network:incusbr0"],
      options: { driver: "incus", port: "8080", engineUrl: "https://m1:8443", engineNic: "network:incusbr0" },
    },
  ]) {
    it(`are read from "${words.join(" ")}"`, () => assert.deepEqual(readOptions(words), options));
  }

  for (const { words, reason } of [
    { words: ["--driver", "docker"], reason: /Allowed choices are lxc, incus, simulated/ },
    { words: ["--prepare", "--destroy"], reason: /cannot be used with option '--destroy'/ },
    { words: ["--engine-url", "https://m1:8443"], reason: /--engine-url is only for --driver incus/ },
    { words: ["--prot", "9090"], reason: /unknown option '--prot'/ },
    { words: ["destroy"], reason: /too many arguments/ },
  ]) {
    it(`are refused in "${words.join(" ")}"`, () => {
      const write = sinon.stub(process.stderr, "write").returns(true);
      assert.throws(() => readOptions(words), { name: "CommanderError", exitCode: 1 });
      write.restore();
      assert.match(write.args.flat().join(""), reason);
    });
  }
});
