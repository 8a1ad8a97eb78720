import assert from "node:assert/strict";
import { readList } from "../../../../../server/driver/openvz/containers/containers";
import { parseContainerList } from "../../../../../server/driver/openvz/containers/list";

const row = (fields: Record<string, string>): string => {
  const all = {
    ctid: "501",
    status: '"running"',
    ip: '["198.18.0.7"]',
    hostname: '"web"',
    name: '"web"',
    ostemplate: '"debian-12"',
    description: "null",
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `    "${name}": ${value}`);
  return `  {\n${lines.join(",\n")}\n  }`;
};
const list = (...rows: string[]): string => `[\n${rows.join(",\n")}\n]\n`;

describe("vzlist's list", () => {
  it("is empty on an empty host", () => {
    assert.deepEqual(parseContainerList("[\n]\n"), []);
  });

  it("is empty if an older vzlist says so in a message, and for no other reason", () => {
    assert.deepEqual(readList({ stdout: "", stderr: "Container(s) not found\n" }), []);
    assert.deepEqual(
      readList({ stdout: "[\n]\n", stderr: "Warning: ploop support is not compiled in\n" }),
      [],
    );
    for (const stdout of ["", "[\n]\n"]) {
      assert.throws(() => readList({ stdout, stderr: "Unable to open /proc/vz/veinfo\n" }), {
        code: "engine",
      });
    }
  });

  it("may have numbers and UUIDs as ids, addresses with a prefix length, and marked images", () => {
    const uuid = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaa501";
    const rows = parseContainerList(
      list(
        row({}),
        row({
          ctid: `"${uuid}"`,
          ip: '["198.18.0.8/24", "198.18.0.9"]',
          name: "null",
          ostemplate: '".debian-12"',
        }),
      ),
    );
    assert.deepEqual(
      rows.map(({ ctid, name, ipAddresses, image, description }) => [
        ctid,
        name,
        ipAddresses,
        image,
        description,
      ]),
      [
        ["501", "web", ["198.18.0.7"], "debian-12", undefined],
        [uuid, undefined, ["198.18.0.8", "198.18.0.9"], "debian-12", undefined],
      ],
    );
  });

  for (const [what, description] of [
    ["quotes", '{"owner":"ci","ttl":3600}'],
    ["a backslash", "C:\\windows"],
    ["a quote at its end", 'say "hi"'],
    ["a line feed", "first\nsecond"],
    ["a line that looks like a field", 'x"\n    "status": "stopped",'],
    ["a brace", "  }, {"],
  ] as const) {
    it(`is read despite a manually written description with ${what}`, () => {
      const rows = parseContainerList(
        list(
          row({ ctid: "7", description: `"${description}"` }),
          row({ ctid: "501", description: '"mine"' }),
        ),
      );
      assert.deepEqual(
        rows.map(({ ctid, status, description: text }) => [ctid, status, text]),
        [
          ["7", "running", description],
          ["501", "running", "mine"],
        ],
      );
    });
  }

  for (const [what, output] of [
    ["nothing", ""],
    ["half a list", list(row({}), row({ ctid: "502" })).slice(0, 200)],
    ["a list cut off behind an address", list(row({}), row({})).replace(/\],[^\]]*\]\n$/, "]")],
    ["words", "Unable to open /proc/vz/veinfo"],
    ["another list", '[\n  {\n    "veid": 1\n  }\n]\n'],
  ] as const) {
    it(`is not read from ${what}`, () => {
      assert.throws(() => parseContainerList(output), {
        code: "engine",
        message: /^vzlist printed .* try again\.$/,
      });
    });
  }
});
