import { listFields } from "../containers/list";
import { values } from "./values";
import { verbs } from "./verbs";

/** The programs that a daemon of an ordinary user runs as root. `root` is MiniCloud's own: see `root-program.ts`. */
export type SudoProgram = "vzctl" | "vzlist" | "ip" | "root";

/** A kind of command that the sudoers file permits. */
export interface Rule {
  readonly program: SudoProgram;
  /** A regular expression for all words, joined by spaces. */
  readonly pattern: string;
  /** One command of this kind. */
  readonly example: readonly string[];
}

/** How a generation of OpenVZ names a container. */
interface ContainerIds {
  readonly pattern: string;
  readonly example: string;
  /** The options of `create` after those of both generations. */
  readonly createOptions: { readonly pattern: string; readonly example: readonly string[] };
}

const { name, image, ipv4, address, hardwareAddress, amount, limits, device, hex32, text } = values;
const metadata = (assignment: string): string =>
  `minicloud server${assignment}${hex32} id${assignment}[0-9]+ uid${assignment}${hex32}`;
const zeros = "0".repeat(32);
const uuid = "00000000-0000-0000-0000-000000000000";

export const containerIds = {
  v4: {
    pattern: values.number,
    example: "500",
    createOptions: { pattern: "( --layout simfs)?", example: [] },
  },
  v7: {
    pattern: values.uuid,
    example: uuid,
    createOptions: {
      pattern: ` --uuid ${values.uuid} --description ${metadata(":")}`,
      example: ["--uuid", uuid, "--description", `minicloud server:${zeros} id:500 uid:${zeros}`],
    },
  },
} as const satisfies Record<string, ContainerIds>;

/** The options that `vzctl set` may get. None takes a path or a device of the host. */
const setOptions = [
  `--description (${metadata("=")}|${text})`,
  `--ostemplate ${image}`,
  `--name ${name}`,
  `--nameserver ${address}`,
  `--(cpulimit|ram|swap) ${amount}`,
  `--(physpages|swappages|privvmpages|numproc|kmemsize|diskspace) ${limits}`,
];

/** Returns all commands that a daemon runs as root, with a generation of OpenVZ. */
export function sudoRules(generation: keyof typeof containerIds): Rule[] {
  const ids: ContainerIds = containerIds[generation];
  const simple = (words: string): Rule => rule("vzctl", `${words} ${ids.pattern}`, [words, ids.example]);
  return [
    exactly("vzctl", ["--version"]),
    exactly("vzlist", ["-a", "-j", "-o", listFields.join(",")]),
    rule(
      "vzctl",
      `create ${ids.pattern} --ostemplate ${image} --config ${name} --ipadd ${ipv4} --hostname ${name} --name ${name}${ids.createOptions.pattern}`,
      [
        ...["create", ids.example, "--ostemplate", "example", "--config", "basic", "--ipadd", "198.18.0.2"],
        ...["--hostname", "example", "--name", "example", ...ids.createOptions.example],
      ],
    ),
    rule("vzctl", `set ${ids.pattern}( (${setOptions.join("|")}))+ --save`, [
      ...["set", ids.example, "--name", "example", "--save"],
    ]),
    ...["start", "stop", "mount", "umount", "destroy"].map(simple),
    rule("vzctl", `stop ${ids.pattern} --fast`, ["stop", ids.example, "--fast"]),
    rule("vzctl", `exec3 ${ids.pattern} /bin/sh -c .*`, ["exec3", ids.example, "/bin/sh", "-c", "true"]),
    rule("vzctl", `exec2 ${ids.pattern} '/bin/sh' '-c' .*`, ["exec2", ids.example, "'/bin/sh' '-c' 'true'"]),
    ...ipRules,
    exactly("root", ["serve"]),
    rule("root", `import-image ${verbs["import-image"].subject}`, ["import-image", "example"]),
  ];
}

const ipRules: readonly Rule[] = [
  exactly("ip", ["neigh", "show", "proxy"]),
  rule("ip", `neigh flush to ${ipv4} dev venet0`, ["neigh", "flush", "to", "198.18.0.2", "dev", "venet0"]),
  rule("ip", `link set dev venet0 address ${hardwareAddress}`, [
    ...["link", "set", "dev", "venet0", "address", "02:00:00:00:00:01"],
  ]),
  rule("ip", `route del ${ipv4} dev venet0`, ["route", "del", "198.18.0.2", "dev", "venet0"]),
  rule("ip", `neigh del proxy ${ipv4} dev ${device}`, ["neigh", "del", "proxy", "198.18.0.2", "dev", "eth0"]),
];

function exactly(program: SudoProgram, words: readonly string[]): Rule {
  return rule(program, words.join(" ").replaceAll(".", "\\."), words);
}

function rule(program: SudoProgram, pattern: string, example: readonly string[]): Rule {
  return { program, pattern, example };
}

/** Returns whether a rule permits a command, as sudo decides it. */
export function permits(rules: readonly Rule[], program: SudoProgram, words: readonly string[]): boolean {
  const given = words.join(" ");
  return rules
    .filter((each) => each.program === program)
    .some(({ pattern }) => {
      const ofJavaScript = pattern.replaceAll("[:cntrl:]", "\\x00-\\x1f\\x7f");
      return new RegExp(`^(?:${ofJavaScript})$`, "s").test(given);
    });
}
