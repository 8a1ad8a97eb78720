import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { userDataSchema } from "../../../../protocol/methods/values/user-data";
import { scriptFlaw } from "../../../../protocol/methods/values/user-data-format";

const script = "#!/bin/sh\ntrue\n";

describe("a userData text that is no script is refused", () => {
  for (const [given, reason] of [
    ["", /is empty; omit userData/],
    [" \n\t\r\n", /is empty/],
    ["\uFEFF", /is empty/],
    ["#cloud-config\npackages: [nginx]\n", /cloud-config file of cloud-init; write its steps as a script/],
    ["\n  # cloud-config\n  runcmd:\n", /cloud-config/],
    ["\uFEFF#cloud-config-archive\n", /cloud-config/],
    ["packages:\n  - nginx\n", /cloud-config/],
    ["#cloud-boothook\n#!/bin/sh\n", /part for cloud-init/],
    ["#part-handler\n", /part for cloud-init/],
    ["#include\nhttp://192.0.2.1/a\n", /downloads and runs them/],
    ["#include-once\n", /#include/],
    ["## template: jinja\n#cloud-config\n", /template for cloud-init; insert its values/],
    ['Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n', /MIME message/],
    ["MIME-Version: 1.0\n", /one script that contains the steps of all parts/],
    [gzipSync(script).toString("utf8"), /compressed with gzip; give the script itself/],
    [gzipSync(script).toString("latin1"), /compressed with gzip/],
    [gzipSync(script).toString("base64"), /compressed with gzip/],
    [Buffer.from(script).toString("base64"), /a text encoded in base64; give the script itself/],
    [Buffer.from("#cloud-config\n").toString("base64"), /encoded in base64/],
    ["<powershell>\n", /script for Windows/],
    ['{ "ignition": {} }', /configuration file/],
    ["variant: fcos\n", /configuration file/],
    ["[Unit]\nAfter=a\n", /configuration file/],
    ["<!DOCTYPE html>", /web page/],
    ["\x7fELF\x02\x01", /a program; give a script that downloads and runs it/],
  ] as const) {
    it(JSON.stringify(given.slice(0, 24)), () => {
      const { error } = userDataSchema.safeParse(given);
      assert.equal(error?.issues.length, 1);
      assert.match(error.issues[0]?.message ?? "", reason);
    });
  }
});

describe("a userData script is accepted", () => {
  for (const given of [
    script,
    `\n    ${script}`,
    "echo a",
    "# a comment\necho a",
    "# cloud-config is not used here\necho a",
    "#!/bin/sh\ncat <<END\n#cloud-config\nEND\n",
    "[ -e /a ] || exit 1\n",
    '{ "$@"; }\n',
    ": {\n",
    "packages=nginx\n",
  ]) {
    it(JSON.stringify(given), () => assert.equal(scriptFlaw(given), undefined));
  }
});
