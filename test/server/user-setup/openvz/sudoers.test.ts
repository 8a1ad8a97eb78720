import assert from "node:assert/strict";
import { openvzSudoersText } from "../../../../server/user-setup/openvz/sudoers";
import { readPages } from "../../../support/pages/markdown";

const request = {
  user: "alice",
  uid: 1000,
  generation: "v4",
  programs: { vzctl: "/usr/sbin/vzctl", vzlist: "/usr/sbin/vzlist", ip: "/usr/sbin/ip" },
  path: "/usr/sbin:/usr/bin:/sbin:/bin",
} as const;

describe("the sudoers file for a daemon with OpenVZ", () => {
  it("is the one on the page", () => {
    const page = readPages().find(({ path }) => path === "docs/openvz.md");
    const shown = page?.blocks.find(({ language }) => language === "sudoers")?.text;
    assert.equal(shown?.trimEnd(), openvzSudoersText(request).trimEnd());
  });

  it("has UUIDs and no numbers for OpenVZ 7", () => {
    const text = openvzSudoersText({ ...request, generation: "v7" });
    assert.match(text, /vzctl \^start \[0-9a-f\]\{8\}\(-/);
    assert.doesNotMatch(text, /\[5-9\]/);
  });

  it("gives no meaning to the characters of a path", () => {
    const text = openvzSudoersText({ ...request, programs: { ...request.programs, ip: "/opt/a b,c=*/ip" } });
    assert.match(text, /\/opt\/a\\ b\\,c\\=\\\*\/ip \^neigh show proxy\$/);
  });
});
