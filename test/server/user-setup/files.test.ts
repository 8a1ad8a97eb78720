import assert from "node:assert/strict";
import { helperText, sudoersText } from "../../../server/user-setup/files";

const settings = {
  name: "alice",
  uid: 1000,
  gid: 1001,
  range: "198.18.68.0/22",
  nat: false,
  index: 1,
  firstId: 262_144,
  stateFolder: "/var/lib/minicloud-users/alice/state",
};

describe("the files of a user's setup", () => {
  it("fix all values of the program that root runs", () => {
    const [shell, , ...lines] = helperText(settings).split("\n");
    assert.equal(shell, "#!/bin/sh");
    assert.deepEqual(lines.slice(0, lines.indexOf("")), [
      "user='alice'",
      "uid='1000'",
      "gid='1001'",
      "containers='100000'",
      "first='262144'",
      "count='65536'",
      "range='198.18.68.0/22'",
      "nat='no'",
      "link='mcu1000'",
      "table='minicloud-user-1000'",
      "host_address='198.19.254.5'",
      "inner_address='198.19.254.6'",
      "closed_port_dscp='42'",
    ]);
  });

  it("allow the user this program as root, and nothing else", () => {
    const rules = sudoersText(settings)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("Defaults!"));
    assert.deepEqual(rules, ["alice ALL=(root) NOPASSWD: /etc/minicloud/users/alice/enter"]);
  });
});
