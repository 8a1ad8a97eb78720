import assert from "node:assert/strict";
import { waitForOption } from "../../../cli/parameters/wait-for";

describe("--wait-for", () => {
  const rows: [written: string[], rungs: unknown][] = [
    [["running"], ["running"]],
    [["address,ssh"], ["address", "ssh"]],
    [["ssh,tcp:80"], ["ssh", { tcp: 80 }]],
    [
      ["ssh", "tcp:80"],
      ["ssh", { tcp: 80 }],
    ],
    [["http:/"], [{ http: "/", port: 80, status: 200 }]],
    [["http:8080/health"], [{ http: "/health", port: 8080, status: 200 }]],
    [["http:8080/health=204,ssh"], [{ http: "/health", port: 8080, status: 204 }, "ssh"]],
    [["http:/a?b=c"], [{ http: "/a?b=c", port: 80, status: 200 }]],
    [["http:/a?b=200=301"], [{ http: "/a?b=200", port: 80, status: 301 }]],
    [["command:test -e /a,b"], [{ command: ["/bin/sh", "-c", "test -e /a,b"] }]],
    [
      ["tcp:80,command:echo command:x, tcp:81"],
      [{ tcp: 80 }, { command: ["/bin/sh", "-c", "echo command:x, tcp:81"] }],
    ],
  ];
  for (const [written, rungs] of rows) {
    it(`accepts ${written.join(" and ")}`, () => assert.deepEqual(waitForOption.value.parse(written), rungs));
  }

  for (const wrong of [
    "",
    "ssh,",
    "SSH",
    "tcp",
    "tcp:",
    "tcp:0",
    "tcp:65536",
    "http:80",
    "http:/a b",
    "http://localhost:8080/health",
    "command:",
  ]) {
    it(`refuses "${wrong}"`, () =>
      assert.equal(waitForOption.value.safeParse(["ssh", wrong]).success, false));
  }
});
