import assert from "node:assert/strict";
import { engineWords } from "../../../../../server/driver/openvz/commands/engine-words";

describe("the error message of an OpenVZ command", () => {
  for (const { title, stdout, stderr, words } of [
    {
      title: "is its standard error",
      stdout: "Starting",
      stderr: "Unable to open\n",
      words: "Unable to open",
    },
    {
      title: "is its standard output if the other is empty",
      stdout: "locked.\n",
      stderr: " \n",
      words: "locked",
    },
    {
      title: "omits the message of every other kernel",
      stdout: "CT is locked",
      stderr: "Directory /proc/vz not found, assuming non-OpenVZ kernel\n",
      words: "CT is locked",
    },
    { title: "is its last four lines", stdout: "", stderr: "1\n2\r\n3\n4\n5.\n", words: "2; 3; 4; 5" },
    {
      title: "is truncated after 600 characters",
      stdout: "",
      stderr: "x".repeat(601),
      words: `${"x".repeat(600)}…`,
    },
    { title: "is empty without output", stdout: "", stderr: "", words: "" },
  ]) {
    it(title, () => assert.equal(engineWords(stdout, stderr), words));
  }
});
