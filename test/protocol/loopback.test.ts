import assert from "node:assert/strict";
import { isLoopback } from "../../protocol/loopback";

describe("a loopback host", () => {
  for (const host of [
    "localhost",
    "127.0.0.1",
    "127.8.9.10",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
  ]) {
    it(`is ${host}`, () => assert.equal(isLoopback(host), true));
  }

  for (const host of [
    "0.0.0.0",
    "::",
    "128.0.0.1",
    "::2",
    "10.0.0.1",
    "127.example.org",
    "localhost.example.org",
    "",
  ]) {
    it(`is not "${host}"`, () => assert.equal(isLoopback(host), false));
  }
});
