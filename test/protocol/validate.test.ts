import assert from "node:assert/strict";
import { MccError } from "../../protocol/error";
import { type MethodName, methodTable } from "../../protocol/methods/method-table";
import { validate } from "../../protocol/validate";

describe("wrong parameters", () => {
  const rows: [MethodName, unknown, RegExp][] = [
    ["instance.create", { name: "a/b" }, /name is "a\/b": a name has 1 to 63 characters of a-z/],
    ["instance.create", { name: ".." }, /name is "\.\."/],
    ["instance.create", { name: "two words" }, /name is "two words"/],
    ["instance.create", { name: "x".repeat(300) }, /name is "x+… \(302 characters\)/],
    ["instance.create", { name: "501" }, /name is "501": .*digits/],
    [
      "instance.create",
      { ipAddress: "198.18.0.300" },
      /ipAddress is "198\.18\.0\.300": expected an IPv4 address/,
    ],
    ["instance.create", { waitFor: "http" }, /waitFor is "http": expected "running", "address", "ssh"/],
    ["instance.create", { waitFor: [] }, /waitFor is \[\]: /],
    ["instance.create", { waitFor: ["ssh", { noSuchRung: 53 }] }, /waitFor\.?1? is .*expected "running"/],
    ["instance.create", { waitFor: { tcp: 0 } }, /waitFor\.tcp is 0: expected at least 1/],
    ["instance.create", { waitFor: { http: "health" } }, /waitFor\.http is "health": a path starts with \//],
    [
      "instance.create",
      { userData: `password ${"x".repeat(262_144)}` },
      /: userData: .*262144 bytes; let the script/,
    ],
    ["instance.create", { userData: "password\0" }, /: userData: .*control characters other than/],
    ["instance.create", { userData: ["password"] }, /: userData: expected string/],
    ["instance.create", { keys: "me" }, /keys is "me": expected array/],
    ["instance.create", { keys: ["me", "me"] }, /keys is \["me","me"\]: name each key once/],
    ["instance.create", { labels: { "a b": "c" } }, /a label's key has/],
    ["instance.create", { readyTimeoutSeconds: 0 }, /readyTimeoutSeconds is 0: expected at least 1/],
    ["instance.create", { naem: "web" }, /there is no parameter "naem"/],
    ["instance.create", { naem: "web", image: 7 }, /image is 7.*naem|naem.*image is 7/],
    ["instance.get", {}, /instance is missing/],
    ["instance.get", { instance: "Web" }, /instance is "Web": a name has 1 to 63/],
    ["instance.get", { instance: 1.5 }, /instance is 1\.5: expected the id or the name of an instance/],
    ["instance.exec", { instance: 500, command: [] }, /command is \[\]: a command has at least one argument/],
    ["instance.exec", { instance: 500, command: ["a\0b"] }, /no NUL/],
    ["instance.wait", { instance: 500, timeoutSeconds: 61 }, /timeoutSeconds is 61: expected at most 60/],
    ["key.add", { name: "me" }, /publicKey is missing/],
    ["image.import", { name: "a", path: "image.tar" }, /path is "image\.tar": give an absolute path/],
    ["image.import", { name: "../a", path: "/a" }, /name is "\.\.\/a"/],
    ["image.import", { name: "a..b", path: "/a" }, /no two dots/],
    ["server.info", { verbose: true }, /there is no parameter "verbose"/],
  ];
  for (const [method, parameters, words] of rows) {
    it(`of ${method} ${JSON.stringify(parameters).slice(0, 60)} are named with the allowed values`, () => {
      assert.throws(
        () => validate(methodTable[method].parameters, parameters, method),
        (error) => {
          assert.ok(MccError.hasCode(error, "invalid"));
          assert.match(error.message, words);
          assert.ok(error.message.startsWith(`${method}: `));
          assert.doesNotMatch(error.message, /password/);
          return true;
        },
      );
    });
  }
});

describe("extremely wrong parameters", () => {
  const mistakesOf = (parameters: unknown): string => {
    try {
      validate(methodTable["instance.create"].parameters, parameters, "instance.create");
    } catch (error) {
      assert.ok(MccError.hasCode(error, "invalid"), String(error));
      return error.message;
    }
    return assert.fail("they are refused");
  };

  it("are invalid if a struct has a length that cannot be compared", () => {
    for (const member of [{ toString: 0 }, { valueOf: 1, toString: 1 }]) {
      assert.equal(
        mistakesOf({ keys: { length: member } }),
        "instance.create: a struct was given where a string or an array is required.",
      );
    }
  });

  it("are reported with a limited number of errors", () => {
    const unknown = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`p${index}`, index]));
    assert.match(
      mistakesOf(unknown),
      /^instance\.create: there is no parameter "p0", .*"p15", and 9984 more\.$/,
    );
    const keys = Array.from({ length: 60 }, () => "A");
    assert.match(mistakesOf({ keys }), /keys\.0 is "A": .*keys\.15 is "A": [^;]*; and 45 more\.$/);
    assert.ok(mistakesOf({ ["n".repeat(1_000_000)]: 1 }).length < 200);
    assert.ok(mistakesOf({ labels: { ["n".repeat(1_000_000)]: "x" } }).length < 500);
  });

  it("are invalid at every length", () => {
    for (const unit of ["a.", "1.1.", "a-", "a", " ", "\n", "é"]) {
      for (const name of ["hostname", "image", "type", "name", "ipAddress", "lease", "clientToken"]) {
        assert.match(
          mistakesOf({ [name]: unit.repeat(1_000_000) }),
          new RegExp(`^instance.create: ${name} is "`),
        );
      }
    }
  });

  it("are shown on one line", () => {
    assert.match(mistakesOf({ "a\nb": 1 }), /^instance\.create: there is no parameter "a\\nb"\.$/);
  });
});
