import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import { methodTable } from "../../../protocol/methods/method-table";
import { encodeResponse } from "../../../protocol/wire/codec";
import { localAdmin } from "../../../server/cloud/access/caller";
import { openRpcDocument } from "../../../server/methods/openrpc";
import { systemMethods } from "../../../server/methods/system";
import { assertMccError } from "../../support/assert-error";
import { captureLog } from "../../support/captured-log";
import { type AdminDispatch, adminDispatch } from "../../support/daemons/admin-dispatch";
import { testClouds } from "../../support/daemons/test-cloud";

describe("the system methods", () => {
  const newCloud = testClouds();
  let dispatch: AdminDispatch;

  before(async () => {
    const { cloud } = await newCloud();
    dispatch = adminDispatch(cloud, captureLog().log);
  });

  it("list every method, including themselves", async () => {
    const names = await dispatch("system.listMethods", []);
    assert.ok(Array.isArray(names));
    assert.deepEqual(
      names.filter((name) => !/^(system|openvz|rpc)\./.test(String(name))),
      Object.keys(methodTable),
    );
    assert.ok(names.includes("system.multicall"));
    assert.ok(names.includes("openvz.run_instance"));
    assert.ok(names.includes("rpc.discover"));
  });

  it("describe every method and its signatures", async () => {
    for (const name of (await dispatch("system.listMethods", [])) as string[]) {
      assert.match(String(await dispatch("system.methodHelp", [name])), /^[A-Z].*\.$/, name);
      const signatures = (await dispatch("system.methodSignature", [name])) as string[][];
      assert.ok(signatures.length > 0 && signatures.every(([result]) => result !== undefined), name);
      encodeResponse(signatures);
    }
  });

  const signatures: [string, string[][]][] = [
    ["instance.get", [["struct", "struct"]]],
    ["instance.list", [["array"], ["array", "struct"]]],
    ["system.methodHelp", [["string", "string"]]],
  ];
  for (const [name, expected] of signatures) {
    it(`return the signatures of ${name}`, async () => {
      assert.deepEqual(await dispatch("system.methodSignature", [name]), expected);
    });
  }

  it("mark optional parameters", async () => {
    assert.match(
      String(await dispatch("system.methodHelp", ["key.add"])),
      /Takes a struct of name, publicKey, clientToken\?, attempt\?, owner\?, patienceSeconds\?, replaces\?\.$/,
    );
  });

  it("make no more calls once the token is revoked or has expired", async () => {
    const made: string[] = [];
    const { "system.multicall": several } = systemMethods({
      dispatch: (_caller, name) => {
        made.push(name);
        return Promise.resolve(name);
      },
      names: () => [],
      describe: () => assert.fail(),
    });
    const checkAgain = (): void => {
      if (made.length > 0) {
        throw new MccError("unauthenticated", "revoked");
      }
    };
    const calls = ["instance.wait", "instance.create"].map((methodName) => ({ methodName }));
    const results = await several?.call(
      { ...localAdmin, checkAgain },
      "system.multicall",
      [calls],
      new AbortController().signal,
    );
    assert.deepEqual(made, ["instance.wait"]);
    assert.match(
      JSON.stringify(results),
      /^\[\["instance.wait"\],\{"faultCode":\d+,"faultString":"revoked"\}\]$/,
    );
  });

  it("have no help for a method that does not exist", async () => {
    await assertMccError(dispatch("system.methodHelp", ["instance.gett"]), "not-found", /instance\.get/);
  });

  it("return the document of /openrpc.json, as tools for OpenRPC ask for it", async () => {
    for (const parameters of [[], [{}]]) {
      assert.deepEqual(await dispatch("rpc.discover", parameters), openRpcDocument());
    }
    await assertMccError(
      dispatch("rpc.discover", [{ name: "a" }]),
      "invalid",
      /there is no parameter "name"/,
    );
  });

  it("list the supported conventions", async () => {
    assert.match(JSON.stringify(await dispatch("system.getCapabilities", [])), /"xmlrpc":\{"specUrl"/);
  });

  it("make several calls in one, each with its own result or fault", async () => {
    const results = await dispatch("system.multicall", [
      [
        { methodName: "type.list", params: [] },
        { methodName: "instance.get", params: [{ instance: 999 }] },
        { methodName: "no.such", params: [] },
        { methodName: "system.multicall", params: [[]] },
        { methodName: "instance.list" },
      ],
    ]);
    assert.ok(Array.isArray(results));
    const [types, missing, unknown, nested, instances] = results as [
      unknown[],
      ...{ faultCode: number; faultString: string }[],
    ];
    assert.ok(Array.isArray(types[0]), "a result is in its own array");
    assert.equal(missing?.faultCode, 404);
    assert.match(String(unknown?.faultString), /no method "no\.such"/);
    assert.match(String(nested?.faultString), /cannot call itself/);
    assert.deepEqual(instances, [[]]);
  });

  /** The system methods of a daemon with only the given method. */
  const multicall = async (method: AdminDispatch, times: number): Promise<unknown[]> => {
    const { "system.multicall": several } = systemMethods({
      dispatch: (_caller, name, parameters, signal) => method(name, parameters, signal),
      names: () => [],
      describe: () => assert.fail("not called"),
    });
    const calls = new Array(times).fill({ methodName: "any" });
    const results: unknown = await several?.call(
      localAdmin,
      "system.multicall",
      [calls],
      new AbortController().signal,
    );
    assert.ok(Array.isArray(results));
    return results as unknown[];
  };

  it("limit the results of one call, and report the calls that were not made", async () => {
    let made = 0;
    const long: AdminDispatch = () => {
      made += 1;
      return Promise.resolve("x".repeat(12 * 1024 * 1024));
    };
    const results = await multicall(long, 5);
    assert.equal(made, 3);
    assert.equal(results.length, 5);
    assert.match(JSON.stringify(results[4]), /"faultCode":\d+,"faultString":"any was not called: /);
  });

  it("run other work of the event loop between the calls of one", async () => {
    const seen: string[] = [];
    const brief: AdminDispatch = () => {
      seen.push("call");
      setImmediate(() => seen.push("other"));
      return Promise.resolve(true);
    };
    await multicall(brief, 3);
    assert.deepEqual(seen.slice(0, 5), ["call", "other", "call", "other", "call"]);
  });

  it("limit the number of calls in one", async () => {
    const calls = new Array(101).fill({ methodName: "type.list", params: [] });
    await assertMccError(dispatch("system.multicall", [calls]), "invalid", /at most 100 calls/);
  });
});
