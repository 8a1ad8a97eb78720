import assert from "node:assert/strict";
import { networkCommands } from "../../../../../server/driver/openvz/commands/command";
import { permits, type SudoProgram, sudoRules } from "../../../../../server/driver/openvz/sudo/rules";

const uuid = "0123abcd-0123-0123-0123-0123456789ab";
const zeros = "0".repeat(32);
const create = (ctid: string, more = ""): string =>
  `create ${ctid} --ostemplate debian-12-x86_64 --config light --ipadd 198.18.0.2 --hostname web.example --name web${more}`;
const description = (ctid: string, text: string): string => `set ${ctid} --description ${text} --save`;

describe("the commands that sudo permits to a daemon with OpenVZ", () => {
  const judge = (generation: "v4" | "v7", program: SudoProgram, line: string): boolean =>
    permits(sudoRules(generation), program, line.split(" "));

  for (const generation of ["v4", "v7"] as const) {
    it(`include the example of each kind, with ${generation}`, () => {
      const rules = sudoRules(generation);
      for (const rule of rules) {
        assert.ok(permits([rule], rule.program, rule.example), rule.example.join(" "));
      }
    });
  }

  const permitted: readonly (readonly ["v4" | "v7", SudoProgram, string])[] = [
    ["v4", "vzctl", create("500")],
    ["v4", "vzctl", create("1000500", " --layout simfs")],
    [
      "v7",
      "vzctl",
      create(uuid, ` --uuid ${uuid} --description minicloud server:${zeros} id:500 uid:${zeros}`),
    ],
    ["v4", "vzctl", description("500", `minicloud server=${zeros} id=500 uid=${zeros}`)],
    ["v4", "vzctl", description("777", "the description that it had before")],
    ["v4", "vzctl", description("777", "")],
    ["v4", "vzctl", description("777", "größer: cntrl=c:\\n [x] #1")],
    ["v4", "vzctl", "set 500 --ostemplate .debian-12 --nameserver 9.9.9.9 --nameserver fe80::1 --save"],
    ["v4", "vzctl", "set 500 --physpages 65536:65536 --swappages 0:0 --cpulimit 50 --save"],
    ["v4", "vzctl", "set 500 --numproc unlimited:unlimited --kmemsize unlimited --save"],
    ["v4", "vzctl", "exec3 500 /bin/sh -c first\nsecond mark --any thing"],
    ["v7", "vzctl", `stop ${uuid} --fast`],
  ];
  for (const [generation, program, line] of permitted) {
    it(`include ${program} ${line.slice(0, 60)}, with ${generation}`, () => {
      assert.equal(judge(generation, program, line), true);
    });
  }

  const refused: readonly (readonly ["v4" | "v7", SudoProgram, string])[] = [
    ["v4", "vzctl", "exec 500 sh"],
    ["v4", "vzctl", "exec3 500 bash"],
    ["v4", "vzctl", "exec3 101 /bin/sh -c true"],
    ["v4", "vzctl", "exec3 0500 /bin/sh -c true"],
    ["v4", "vzctl", `exec3 ${uuid} /bin/sh -c true`],
    ["v7", "vzctl", "exec3 500 /bin/sh -c true"],
    ["v4", "vzctl", "enter 500"],
    ["v4", "vzctl", "start 499"],
    ["v4", "vzctl", "start 500 --skip-remount"],
    ["v4", "vzctl", "--verbose start 500"],
    ["v4", "vzctl", "destroy 500 501"],
    ["v4", "vzctl", create("500", " --private /")],
    ["v4", "vzctl", create("500").replace("debian-12-x86_64", "../../../etc/passwd")],
    ["v4", "vzctl", create("500").replace("light", "../x")],
    ["v4", "vzctl", "set 500 --private / --save"],
    ["v4", "vzctl", "set 500 --name x --devnodes sda:rw --save"],
    ["v4", "vzctl", "set 500 --name x"],
    ["v4", "vzctl", description("500", "x --capability sys_admin:on")],
    ["v4", "vzctl", description("500", "--capability sys_admin:on")],
    ["v4", "vzctl", description("500", "x  --root /")],
    ["v4", "vzctl", description("500", 'x"\nVE_PRIVATE="/')],
    ["v4", "vzctl", description("500", 'x a"\nVE_PRIVATE="/')],
    ["v4", "vzctl", description("500", "x\ry")],
    ["v4", "vzlist", "-a"],
    ["v4", "vzlist", "-a -j -o ctid,status,ip,hostname,name,ostemplate,description --name_filter x"],
    ["v4", "ip", "link set dev eth0 address 02:00:00:00:00:01"],
    ["v4", "ip", "route del 198.18.0.2 dev eth0"],
    ["v4", "ip", "route del default dev venet0"],
    ["v4", "ip", "-batch /etc/shadow"],
    ["v4", "root", "serve 500"],
    ["v4", "root", "import-image ../x"],
    ["v4", "root", "import-image /etc/shadow"],
    ["v4", "root", "write-root 500"],
  ];
  for (const [generation, program, line] of refused) {
    it(`do not include ${program} ${line}, with ${generation}`, () => {
      assert.equal(judge(generation, program, line), false);
    });
  }

  it("include all commands for the bridge", () => {
    const [address, device] = ["198.18.0.2", "venet0"];
    for (const { program, words } of [
      networkCommands.forgetNeighbour(address, device),
      networkCommands.setHardwareAddress(device, "02:00:00:00:00:01"),
      networkCommands.removeRoute(address, device),
      networkCommands.listProxies(),
      networkCommands.removeProxy(address, "eth0.7"),
    ]) {
      assert.ok(permits(sudoRules("v4"), program, words), words.join(" "));
    }
  });
});
