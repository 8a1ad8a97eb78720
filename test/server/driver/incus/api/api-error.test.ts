import assert from "node:assert/strict";
import { apiError } from "../../../../../server/driver/incus/api/api-error";

describe("an error of the engine", () => {
  const rows: readonly (readonly [number, string, string])[] = [
    [404, "Instance not found", "not-found"],
    [404, "Project not found", "engine"],
    [400, 'Add instance info to the database: This "instances" entry already exists', "conflict"],
    [500, "Missing event connection with target cluster member", "unreachable"],
    [500, "Failed to connect: dial tcp 198.19.0.3:8443: connect: no route to host", "unreachable"],
    [500, "dial unix /proc/self/fd/398/forkfile.sock: connect: no such file or directory", "engine"],
    [400, "Failed creating instance record: write /x: no space left on device", "exhausted"],
    [400, "Failed to write: disk quota exceeded", "exhausted"],
    [500, "Failed to begin transaction: no available dqlite leader server found", "engine"],
    [400, "something that nobody has seen", "engine"],
    [500, "not found", "engine"],
  ];
  for (const [status, words, code] of rows) {
    it(`${status} "${words}" is ${code}`, () => {
      const error = apiError("GET /1.0", status, words);
      assert.deepEqual([error.code, error.status, error.words], [code, status, words]);
      assert.ok(error.message.startsWith(`The engine refused GET /1.0: ${words}`), error.message);
    });
  }

  it("has a remedy where the words are no help", () => {
    assert.match(
      apiError("GET /1.0", 500, "no available dqlite leader").message,
      /most of which must run\.$/,
    );
    assert.match(
      apiError("GET /1.0", 500, "no space left on device").message,
      /; the storage pool is full: destroy/,
    );
  });

  it("is one line, also without words", () => {
    assert.equal(apiError("GET /1.0", 502, "one\ntwo").message, "The engine refused GET /1.0: one.");
    assert.equal(apiError("GET /1.0", 502, "").message, "The engine refused GET /1.0: status 502.");
  });
});
