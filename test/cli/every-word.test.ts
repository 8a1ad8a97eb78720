import assert from "node:assert/strict";
import { Option } from "commander";
import sinon from "sinon";
import type { Command, Parameter } from "../../cli/command";
import { commandTable } from "../../cli/command-table";
import { makeStandaloneProgram } from "../../cli/program";
import { captureIo } from "../support/programs/captured-io";
import { wordsSaidOf } from "./words-said";

const commands = commandTable.filter(({ hidden }) => hidden !== true);

/** The required options and arguments of each command. */
const needed: Record<string, { options?: string[]; arguments?: string[] }> = {
  "take-over": { arguments: ["101"] },
  "update-instance": { arguments: ["web"] },
  start: { arguments: ["web"] },
  stop: { arguments: ["web"] },
  restart: { arguments: ["web"] },
  wait: { arguments: ["web"] },
  extend: { arguments: ["web"] },
  ssh: { arguments: ["web"] },
  exec: { arguments: ["web", "ls"] },
  logs: { arguments: ["web"] },
  cp: { arguments: ["file", "web:"] },
  "add-key": { options: ["--name", "me"] },
  "update-key": { options: ["--name", "me"] },
  "run-fleet": { options: ["--count", "2"], arguments: ["web"] },
  "update-fleet": { options: ["--count", "2"], arguments: ["web"] },
  "destroy-fleet": { arguments: ["web"] },
  "destroy-key": { options: ["--name", "me"] },
  "import-image": { arguments: ["debian", "debian.tar"] },
  "remove-image": { arguments: ["debian"] },
  completion: { arguments: ["bash"] },
  "add-token": { options: ["--role", "user"], arguments: ["ci"] },
  "rotate-token": { arguments: ["ci"] },
  "revoke-token": { arguments: ["ci"] },
  "set-certificate": { options: ["--certificate", "ci.pem"], arguments: ["ci"] },
  "set-pool": { arguments: ["micro", "2"] },
  "set-quota": { arguments: ["ci"] },
  "simulate-member": { arguments: ["m2", "offline"] },
};

/** A value that the option refuses; `undefined` for an option that accepts every text except an empty one. */
const wrong: Record<string, string | undefined> = {
  "run-instances --image": "No Image",
  "run-instances --instance-type": "No Type",
  "run-instances --public-key": "keys/me.pub",
  "run-instances --name": "500",
  "run-instances --count": "some",
  "run-instances --wait-for": "boot",
  "run-instances --user-data": undefined,
  "run-instances --timeout": "soon",
  "run-instances --ttl": "for ever",
  "run-instances --label": "team",
  "run-instances --address": "198.18.0",
  "run-instances --hostname": "Web.",
  "run-instances --isolate": "fleet",
  "run-instances --member": "-m2",
  "run-instances --group": "the west",
  "run-fleet --member": "m2/m3",
  "run-fleet --group": ".west",
  "set-certificate --certificate": undefined,
  "audit --account": undefined,
  "audit --method": "no method",
  "audit --subject": undefined,
  "audit --since": "soon",
  "audit --count": "0",
  "events --instance": "No Name",
  "events --fleet": "No Name",
  "events --kind": "born",
  "events --label": "team",
  "events --count": "5000",
  "run-fleet --image": "No Image",
  "run-fleet --isolate": "all",
  "run-fleet --instance-type": "No Type",
  "run-fleet --public-key": "keys/me.pub",
  "run-fleet --count": "0",
  "run-fleet --label": "team",
  "run-fleet --wait-for": "boot",
  "run-fleet --user-data": undefined,
  "run-fleet --timeout": "soon",
  "run-fleet --ttl": "for ever",
  "update-fleet --count": "10001",
  "ssh-config --label": "team",
  "ssh-config --stack": "shop",
  "ssh-config --fleet": "My Fleet",
  "ssh-config --jump": undefined,
  "inventory --label": "team",
  "inventory --stack": "shop",
  "inventory --fleet": "My Fleet",
  "inventory --jump": undefined,
  "list-instances --instance": "5.5",
  "list-instances --fleet": "My Fleet",
  "list-instances --label": "team",
  "list-instances --stack": "shop",
  "destroy-instance --instance": "-1",
  "update-instance --public-key": "My Key",
  "update-instance --instance-type": "No Type",
  "update-instance --name": "500",
  "update-instance --label": "team",
  "update-instance --remove-label": "a b",
  "prune --label": "=qa",
  "prune --stack": "dev",
  "prune --older-than": "yesterday",
  "extend --ttl": "-1h",
  "take-over --name": "My Web",
  "take-over --public-key": "My Key",
  "stop --grace": "long",
  "restart --grace": "-1",
  "wait --timeout": "soon",
  "top --interval": "0",
  "top --sort": "size",
  "top --label": "team",
  "top --stack": "shop",
  "top --fleet": "My Fleet",
  "ssh --login": undefined,
  "ssh --identity": undefined,
  "ssh --jump": undefined,
  "ssh -p": "65536",
  "ssh -D": undefined,
  "ssh -e": undefined,
  "ssh -L": undefined,
  "ssh -o": undefined,
  "ssh -R": undefined,
  "ssh -W": undefined,
  "build-image --suite": "Bookworm!",
  "build-image --mirror": "elsewhere",
  "exec --timeout": "0",
  "cp --identity": undefined,
  "cp --jump": undefined,
  "add-key --name": "My Key",
  "add-key --public-key": undefined,
  "update-key --name": "me.pub",
  "update-key --public-key": undefined,
  "destroy-key --name": "../me",
  "add-token --role": "root",
  "add-token --expires": "tomorrow",
  "rotate-token --expires": "never",
  "rotate-token --grace": "8d",
  "add-token --max-instances": "-1",
  "add-token --max-memory": "4",
  "add-token --max-processors": "half",
  "add-token --max-disk": "big",
  "add-token --max-ttl": "never",
  "add-token --default-ttl": "0",
  "set-quota --max-instances": "-1",
  "set-quota --max-memory": "4",
  "set-quota --max-processors": "half",
  "set-quota --max-disk": "big",
  "set-quota --max-ttl": "never",
  "set-quota --default-ttl": "0",
};

/** Arguments that the command refuses. */
const wrongArguments: Record<string, string[]> = {
  "destroy-instance": ["w b"],
  "run-fleet": ["My Fleet"],
  "update-fleet": ["My Fleet"],
  "destroy-fleet": ["My Fleet"],
  "ssh-config": ["w b"],
  inventory: ["w b"],
  "take-over": [""],
  "update-instance": ["w b"],
  start: ["WEB"],
  stop: ["5.5"],
  restart: ["$(id)"],
  wait: [""],
  extend: ["w b"],
  ssh: ["root@web"],
  exec: ["", "ls"],
  logs: ["w_b"],
  top: ["web", "w b"],
  cp: ["", "web:"],
  "build-image": ["My Image"],
  "import-image": ["../etc", "passwd"],
  "remove-image": [".."],
  completion: ["tcsh"],
  "add-token": ["My Token"],
  "rotate-token": ["../ci"],
  "revoke-token": ["ci", "C I"],
  "set-certificate": ["--certificate", "ci.pem", "C I"],
  "set-pool": ["micro", "many"],
  "set-quota": ["C I"],
  "simulate-member": ["m2", "dead"],
};

/** Short options of the first MiniCloud and of ssh that have another meaning in another command. */
const twoMeanings = ["-i", "-l"];

interface Valued {
  readonly word: Parameter;
  /** `--image`, or `-L` where there is nothing longer. */
  readonly long: string;
}

/** The options of a command that take a value. */
function valuedOptions({ options }: Command): Valued[] {
  return Object.values(options)
    .map((word) => ({ word, option: new Option(word.syntax) }))
    .filter(({ option }) => option.required)
    .map(({ word, option }) => ({ word, long: option.long ?? option.short ?? "" }));
}

describe("every command", () => {
  /** @param words arguments in addition to the required ones; an option replaces the required option. */
  const say = async ({ name }: Command, words: readonly string[], besides = true): Promise<string> => {
    const { options = [], arguments: places = [] } = (besides && needed[name]) || {};
    const own = options[0] !== undefined && words.includes(options[0]) ? [] : options;
    const said = await wordsSaidOf([`mcc-${name}`, ...own, ...words, ...places]);
    assert.match(said, new RegExp(`^mcc-${name}: [^\\n]+\\n$`), words.join(" "));
    return said;
  };

  for (const command of commands) {
    describe(command.name, () => {
      for (const { word, long } of valuedOptions(command)) {
        it(`refuses ${long} if its value is missing, repeated, empty or wrong`, async () => {
          assert.match(
            await wordsSaidOf([`mcc-${command.name}`, long]),
            new RegExp(`${long} .*argument missing`),
          );
          if (word.several === undefined) {
            assert.match(await say(command, [long, "1", long, "1"]), new RegExp(`${long} .*once`));
          }
          assert.match(await say(command, [long, ""]), new RegExp(`${long} is "": .`));
          const row = `${command.name} ${long}`;
          assert.ok(Object.hasOwn(wrong, row), `there is a row for ${row}`);
          const text = wrong[row];
          if (text !== undefined) {
            assert.ok((await say(command, [long, text])).includes(`${long} is ${JSON.stringify(text)}: `));
          }
        });
      }

      it("gives each short option the same meaning as other commands", () => {
        const shorts = Object.values(command.options).flatMap(({ syntax }) => new Option(syntax).short ?? []);
        assert.equal(new Set([...shorts, "-h"]).size, shorts.length + 1);
        for (const { syntax } of Object.values(command.options)) {
          const { short, long } = new Option(syntax);
          const others = commands
            .flatMap(({ options }) => Object.values(options))
            .map((option) => new Option(option.syntax))
            // Options without a long form are those of ssh, which mcc ssh passes on as they are.
            .filter((option) => option.long !== undefined && long !== undefined)
            .filter((option) => short !== undefined && option.short === short && option.long !== long)
            .map((option) => option.long);
          assert.ok(others.length === 0 || twoMeanings.includes(short ?? ""), `${short} ${long}`);
        }
      });

      it("has examples that it accepts", async () => {
        assert.ok(command.examples.length > 0);
        for (const [words] of command.examples) {
          const run = sinon.fake.resolves(0);
          const program = makeStandaloneProgram({ ...command, run }, captureIo().io, () => undefined);
          await program.parseAsync(split(words), { from: "user" });
          assert.ok(run.calledOnce, words);
        }
      });

      it("refuses unknown options, and options that exclude each other", async () => {
        assert.match(await say(command, ["--nonsense"]), /unknown option '--nonsense'/);
        for (const { syntax, excludes = [] } of Object.values(command.options)) {
          for (const other of excludes.flatMap((key) => command.options[key] ?? [])) {
            const words = [syntax, other.syntax].flatMap(writeOut);
            assert.match(await say(command, words), /cannot be used with option/);
          }
        }
      });

      it("refuses missing, surplus and wrong arguments", async () => {
        const { options = [], arguments: places } = needed[command.name] ?? {};
        if (places !== undefined) {
          assert.match(await say(command, options, false), /missing required argument/);
        } else if (options.length > 0) {
          assert.match(await say(command, [], false), /required option '.*' not specified/);
        }
        const rows = Object.values(command.arguments);
        if (rows.at(-1)?.syntax.includes("...") !== true) {
          const tooMany = [...(places ?? []), ...rows.map(() => "a"), "a"];
          assert.match(await say(command, [...options, ...tooMany], false), /too many arguments/);
        }
        if (rows.length > 0) {
          const bad = wrongArguments[command.name] ?? assert.fail("there is a row for its arguments");
          assert.match(await say(command, bad, false), / is ".*": ./);
        }
      });
    });
  }
});

/** Splits an example like a shell, and omits the command's name and the redirections. */
function split(words: string): string[] {
  const [, ...rest] = words.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return rest.filter((word) => !/^[<>]/.test(word)).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
}

/** Returns an option with a value if it takes one: `--image 1` for `-i, --image <IMAGE>`. */
function writeOut(syntax: string): string[] {
  const { long, required } = new Option(syntax);
  return [long ?? "", ...(required ? ["1"] : [])];
}
