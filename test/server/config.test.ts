import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import sinon from "sinon";
import { readConfig, warnings } from "../../server/config";

const userStateHome = process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
const defaultStateFolder =
  process.getuid?.() === 0 ? "/var/lib/minicloud" : join(userStateHome, "minicloud", "state");

describe("the configuration", () => {
  afterEach(() => sinon.restore());

  it("has safe defaults", () => {
    const config = readConfig([]);
    assert.equal(config.action, "daemon");
    assert.deepEqual([config.address, config.port], ["127.0.0.1", 8080]);
    assert.deepEqual(config.range, { first: "198.18.0.1", last: "198.18.3.254" });
    assert.deepEqual([config.allowAnonymous, config.insecure, config.nat], [false, false, false]);
    assert.equal(config.stateFolder, defaultStateFolder);
    assert.equal(config.engineTimeoutMs, 60_000);
    assert.deepEqual(warnings(config), []);
  });

  it("logs to standard error in the foreground, or to the given file", () => {
    assert.equal(readConfig(["-f"]).ownLog, undefined);
    const words = ["-f", "--log-file", "log", "--log-max-size", "2", "--log-old-files", "3"];
    assert.deepEqual(readConfig(words).ownLog, {
      path: resolve("log"),
      maxBytes: 2 * 1024 * 1024,
      oldFiles: 3,
    });
    assert.equal(readConfig(["--log-file", "log"]).ownLog?.maxBytes, 10 * 1024 * 1024);
  });

  const actions: [string[], string][] = [
    [["-f"], "serve"],
    [["--foreground"], "serve"],
    [["--check"], "check"],
    [["--purge", "-f"], "purge"],
  ];
  for (const [words, action] of actions) {
    it(`reads ${words.join(" ")} as "${action}"`, () => {
      assert.equal(readConfig(words).action, action);
    });
  }

  it("accepts the options of the first MiniCloud", () => {
    const old = ["--port", "80", "--listen", "0.0.0.0", "--iprange", "10.0.0.20-10.0.0.50"];
    const config = readConfig([...old, "--allow-anonymous", "--insecure"]);
    assert.deepEqual([config.port, config.address], [80, "0.0.0.0"]);
    assert.deepEqual(config.range, { first: "10.0.0.20", last: "10.0.0.50" });
  });

  it("makes paths absolute", () => {
    const config = readConfig(["--state-dir", "s", "--types", "t", "--tls-cert", "c", "--tls-key", "k"]);
    assert.deepEqual(
      [config.stateFolder, config.typesFile, config.tls],
      [resolve("s"), resolve("t"), { cert: resolve("c"), key: resolve("k") }],
    );
  });

  for (const address of ["127.0.0.1", "127.8.8.8", "::1", "localhost", "::ffff:127.0.0.1"]) {
    it(`needs no TLS at ${address}`, () => {
      assert.equal(readConfig(["-l", address]).address, address);
    });
  }

  it("accepts an address that other machines reach only with TLS or --insecure", () => {
    assert.ok(readConfig(["-l", "0.0.0.0", "--tls-cert", "c", "--tls-key", "k"]).tls);
    assert.match(
      warnings(readConfig(["-l", "0.0.0.0", "--insecure"])).join(),
      /^--insecure: .*sent to 0\.0\.0\.0 without encryption$/,
    );
    assert.match(warnings(readConfig(["--insecure"])).join(), /^--insecure: not needed with .*127\.0\.0\.1/);
  });

  it("keeps the certificate of --tls-self-signed in the state folder", () => {
    const config = readConfig(["-l", "0.0.0.0", "--tls-self-signed", "--state-dir", "s"]);
    assert.deepEqual(
      [config.tls, config.selfSigned?.cert],
      [config.selfSigned, resolve("s/tls/certificate.pem")],
    );
    assert.deepEqual(warnings(config), []);
  });

  it("collects the names by which clients may call", () => {
    assert.deepEqual(readConfig([]).allowedHosts, []);
    const words = ["--allow-host", "a.example", "--allow-host", "B.example"];
    assert.deepEqual(readConfig(words).allowedHosts, ["a.example", "B.example"]);
  });

  it("passes what the server of an engine needs on to its driver", () => {
    assert.equal(readConfig(["--driver", "lxc"]).engine, undefined);
    const words = [
      "--engine-url",
      "https://a,https://b:8443",
      "--engine-token",
      "t",
      "--engine-project",
      "p",
    ];
    const more = ["--engine-pool", "fast", "--engine-nic", "bridged:br1", "--engine-group", "g"];
    assert.deepEqual(readConfig(["--driver", "incus", ...words, ...more]).engine, {
      url: "https://a,https://b:8443",
      token: "t",
      project: "p",
      pool: "fast",
      nic: "bridged:br1",
      group: "g",
    });
  });

  const misuses: [string[], RegExp][] = [
    [["--engine-url", "unix:/s", "--driver", "lxc"], /--engine-url is only valid with --driver incus/],
    [["--engine-token", "t"], /--engine-token is only valid with --driver incus/],
    [["--engine-project", "p"], /--engine-project is only valid with --driver incus/],
    [["--engine-pool", "p"], /--engine-pool is only valid with --driver incus/],
    [["--engine-nic", "routed:br0"], /--engine-nic is only valid with --driver incus/],
    [["--engine-group", "g"], /--engine-group is only valid with --driver incus/],
    [["--driver", "incus", "--engine-url", "http://a"], /"http:\/\/a" is not valid; give --engine-url unix:/],
    [["--driver", "incus", "--engine-nic", "br0"], /"br0" is not valid; give --engine-nic routed:INTERFACE/],
    [["--driver", "incus", "--engine-pool", "a b"], /Give a name of letters/],
    [["--driver", "incus", "--nat"], /belongs to the cluster; omit --nat/],
    [["--driver", "incus", "--range6", "fd00::/64"], /omit --range6/],
    [["--driver", "incus", "--setup-user", "alice"], /needs neither root nor a setup/],
    [
      ["--tls-self-signed", "--tls-cert", "c", "--tls-key", "k"],
      /--tls-self-signed.*cannot be used with.*--tls-cert/,
    ],
    [["--allow-host", "a.example:8080"], /host name without a port/],
    [["--no-such"], /unknown option '--no-such'/],
    [["word"], /too many arguments/],
    [["-p", "99999"], /-p, --port.*99999.*from 0 to 65535/],
    [["-p", "8o80"], /from 0 to 65535/],
    [["-r", "198.18.0.9-198.18.0.2"], /last address, 198\.18\.0\.2, comes before/],
    [["-l", "example.org"], /IP address of this machine/],
    [["-l", "0.0.0.0"], /other machines can reach 0\.0\.0\.0.*--tls-cert.*--insecure/],
    [["-l", "::"], /other machines can reach ::/],
    [["-l", "192.168.1.5"], /other machines can reach 192\.168\.1\.5/],
    [["--driver", "docker"], /auto, openvz, lxc, incus, simulated/],
    [["--log-level", "loud"], /trace, debug, info/],
    [["--engine-timeout", "0"], /from 1 to 3600/],
    [["--log-max-size", "-1"], /from 0 to 1000000/],
    [["--log-old-files", "0"], /from 1 to 1000/],
    [["--tls-cert", "c.pem"], /only valid together/],
    [["--tls-key", "k.pem"], /only valid together/],
    [["--check", "--purge"], /cannot be used with/],
  ];
  for (const [words, message] of misuses) {
    it(`refuses ${words.join(" ")}`, () => {
      const written = sinon.stub(process.stderr, "write").returns(true);
      assert.throws(() => readConfig(words), CommanderError);
      const [text] = written.args.flat().map(String);
      sinon.restore();
      assert.match(text ?? "", message);
      assert.match(text ?? "", /^[^\n]*\n$/, "it is one line");
    });
  }

  it("has the pools of instances that are started ahead", () => {
    assert.equal(readConfig([]).warm, undefined);
    assert.deepEqual(readConfig(["--warm", "micro=50,debian-12=5"]).warm, { micro: 50, "debian-12": 5 });
    assert.deepEqual(readConfig(["--warm", "micro=5", "--warm", "micro=6"]).warm, { micro: 6 });
    sinon.stub(process.stderr, "write");
    for (const wrong of ["micro", "micro=", "micro=-1", "micro=1001", "=5", "micro=5,", "Mi cro=1"]) {
      assert.throws(() => readConfig(["--warm", wrong]), CommanderError, wrong);
    }
  });
});
