import assert from "node:assert/strict";
import { withAccess } from "../../../cli/ssh/access";
import { assertMccError } from "../../support/assert-error";
import { exampleInstance } from "../../support/example-instance";
import { captureIo } from "../../support/programs/captured-io";

const real = exampleInstance({ keys: ["me"], simulated: false });
const nothing = { identity: undefined, jump: undefined };
const elsewhere = "http://198.18.255.254:8080";

/** The host at the end of the command with which ssh connects to a daemon there. */
async function jumpTo(server: string, jump?: string, preferred?: string): Promise<string | undefined> {
  const { io } = captureIo({ environment: { MCC_JUMP_HOST: preferred } });
  let through: string | undefined;
  await withAccess(io, server, [real], { ...nothing, jump }, (options) => {
    const way = options.find((option) => option.startsWith("ProxyCommand="));
    through = way?.replace("ProxyCommand=ssh -W %h:%p -o RemoteCommand=none ", "");
    return Promise.resolve(0);
  });
  return through;
}

describe("the connection to an instance", () => {
  it("uses the daemon's host as jump host if that is another machine", async () => {
    assert.equal(await jumpTo(elsewhere), "198.18.255.254");
    assert.equal(await jumpTo("https://[2001:db8::1]"), "2001:db8::1");
    assert.equal(await jumpTo("http://127.0.0.1:8080"), undefined);
  });

  it("names its jump host if it failed, unless the user chose that host", async () => {
    const { io, stderr } = captureIo();
    const fail = (jump?: string): Promise<number> =>
      withAccess(io, elsewhere, [real], { ...nothing, jump }, () => Promise.resolve(255));
    assert.equal(await fail(), 255);
    await fail("me@gate");
    assert.deepEqual(
      stderr()
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/, with the key.*/, "")),
      ["The connection used the daemon's host 198.18.255.254 as jump host"],
    );
  });

  it("is not tried to an instance that is unreachable", async () => {
    const away = { ...real, status: "unreachable", failure: "m2 does not answer." } as const;
    await assertMccError(
      withAccess(captureIo().io, elsewhere, [away], nothing, () => Promise.resolve(0)),
      "unreachable",
      /500 \(web\) is unreachable: m2 does not answer\./,
    );
  });

  it("uses the jump host that the daemon announces, and says so if it failed", async () => {
    const { io, stderr } = captureIo();
    const announced = { ...nothing, announced: "ops@m1" };
    assert.equal(await withAccess(io, elsewhere, [real], announced, () => Promise.resolve(255)), 255);
    assert.match(stderr(), /^The connection used the daemon's --ssh-jump ops@m1 as jump host/);
  });

  it("uses the requested jump host", async () => {
    assert.equal(await jumpTo(elsewhere, "me@gate"), "-l me gate");
    assert.equal(await jumpTo("http://127.0.0.1:8080", "gate"), "gate");
  });

  it("goes through the host in MCC_JUMP_HOST, unless an option names another", async () => {
    const forwarded = "http://127.0.0.1:8080";
    assert.equal(await jumpTo(forwarded, undefined, "lima"), "lima");
    assert.equal(await jumpTo(elsewhere, undefined, "none"), undefined);
    assert.equal(await jumpTo(forwarded, "gate", "lima"), "gate");
    assert.equal(await jumpTo(forwarded, "none", "lima"), undefined);
    const { io, stderr } = captureIo({ environment: { MCC_JUMP_HOST: "lima" } });
    await withAccess(io, forwarded, [real], nothing, () => Promise.resolve(255));
    assert.match(stderr(), /^The connection used MCC_JUMP_HOST lima as jump host/);
    await assertMccError(jumpTo(forwarded, undefined, "a; b"), "invalid", /The jump host is "a; b"/);
  });

  it("is checked first, so that an address out of reach is reported with the remedy", async () => {
    const cases = {
      ETIMEDOUT:
        /500 \(web\) at 198\.18\.0\.2 cannot be reached from this machine: no answer within 10 s\..*MCC_JUMP_HOST/,
      EHOSTUNREACH: /cannot be reached from this machine: no route to the host\. .*-J USER@HOST/,
      ECONNREFUSED: /500 \(web\) refuses connections to 198\.18\.0\.2 port 22: its SSH server does not run/,
    };
    for (const [connectionFailure, message] of Object.entries(cases)) {
      const reach = (own: Partial<Parameters<typeof withAccess>[3]>): Promise<number> => {
        const { io } = captureIo({ connectionFailure });
        const access = { ...nothing, ...own };
        return withAccess(io, "http://127.0.0.1:8080", [real], access, () => Promise.resolve(0));
      };
      await assertMccError(reach({}), "unavailable", message);
      assert.equal(await reach({ jump: "gate" }), 0);
      assert.equal(await reach({ passedOn: ["-o", "ProxyJump=gate"] }), 0);
    }
  });
});
