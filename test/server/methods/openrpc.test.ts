import assert from "node:assert/strict";
import { methodTable } from "../../../protocol/methods/method-table";
import { send } from "../../support/http/raw-http";
import { authorization, testListeners } from "../../support/http/test-listener";

interface Document {
  readonly openrpc: string;
  readonly info: { readonly version: string };
  readonly methods: readonly {
    readonly name: string;
    readonly params: readonly {
      readonly name: string;
      readonly required: boolean;
      readonly schema: object;
    }[];
    readonly result: { readonly schema: { readonly type?: string } };
    readonly "x-roles": readonly string[];
  }[];
}

describe("GET /openrpc.json", () => {
  const listen = testListeners();
  const path = "/openrpc.json";

  it("describes every method of the table, with its parameters, result and roles", async () => {
    const { url } = await listen();
    const { status, headers, body } = await send(url, { method: "GET", path, headers: { authorization } });
    assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
    const { openrpc, methods } = JSON.parse(body) as Document;
    assert.match(openrpc, /^1\.\d+\.\d+$/);
    assert.deepEqual(
      methods.map(({ name }) => name),
      Object.keys(methodTable),
    );
    const row = methods.find(({ name }) => name === "image.import");
    assert.ok(row !== undefined);
    assert.deepEqual(row["x-roles"], methodTable["image.import"].roles);
    assert.deepEqual(
      row.params.map(({ name, required }) => [name, required]),
      [
        ["name", true],
        ["path", true],
      ],
    );
    assert.equal(methods.find(({ name }) => name === "instance.list")?.result.schema.type, "array");
  });

  it("needs a token, and is not for web pages", async () => {
    const { url } = await listen();
    assert.equal((await send(url, { method: "GET", path })).status, 401);
    const origin = { authorization, origin: "http://a.example" };
    assert.equal((await send(url, { method: "GET", path, headers: origin })).status, 403);
    assert.equal((await send(url, { method: "POST", path, headers: { authorization } })).status, 405);
  });
});
