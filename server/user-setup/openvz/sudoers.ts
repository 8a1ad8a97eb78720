import { markVariable } from "../../driver/openvz/commands/earlier-commands";
import type { generations } from "../../driver/openvz/configuration/generation";
import { rootProgramPath } from "../../driver/openvz/sudo/places";
import { type Rule, type SudoProgram, sudoRules } from "../../driver/openvz/sudo/rules";

/** The user and the programs of a sudoers file. */
export interface SudoersRequest {
  readonly user: string;
  readonly uid: number;
  readonly generation: (typeof generations)[number]["name"];
  /** The absolute paths of the engine's programs. */
  readonly programs: Readonly<Record<Exclude<SudoProgram, "root">, string>>;
  /** The PATH of the commands, separated by colons. */
  readonly path: string;
}

/** Characters that sudoers(5) gives a meaning in the path of a command. */
const special = /[\\,:= *?![\]"#]/g;

/**
 * Returns the sudoers file of a user's daemon with OpenVZ: every command that it runs as root. sudo is replaced by the
 * command, so that the command leads its process group. It passes on the mark by which a later daemon recognises it.
 */
export function openvzSudoersText({ user, uid, generation, programs, path }: SudoersRequest): string {
  const [all, lists] = [`MINICLOUD_OPENVZ_${uid}`, `MINICLOUD_OPENVZ_${uid}_LISTS`];
  const rules = sudoRules(generation);
  const pathOf = (program: SudoProgram): string =>
    (program === "root" ? rootProgramPath(user) : programs[program]).replaceAll(special, "\\$&");
  const lineOf = ({ program, pattern }: Rule): string => `${pathOf(program)} ^${pattern}$`;
  const isList = ({ program }: Rule): boolean => program === "vzlist";
  return [
    `# Created by: mccserver --setup-user ${user} --driver openvz`,
    alias(lists, rules.filter(isList).map(lineOf)),
    alias(all, [lists, ...rules.filter((rule) => !isList(rule)).map(lineOf)]),
    `Defaults!${all} env_reset, !setenv, !use_pty, !pam_session, !pam_setcred, !requiretty`,
    `Defaults!${all} secure_path="${path}"`,
    `Defaults!${all} env_keep += "${markVariable}"`,
    "# The daemon lists the containers every 0.8 seconds while instances run.",
    `Defaults!${lists} !log_allowed`,
    `${user} ALL=(root) NOPASSWD: ${all}`,
    "",
  ].join("\n");
}

function alias(name: string, members: readonly string[]): string {
  return `Cmnd_Alias ${name} = \\\n  ${members.join(", \\\n  ")}`;
}
