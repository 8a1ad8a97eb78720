import { toSendable } from "../../../../protocol/wire/codec";

/**
 * Log file: `lxc-start web 20261122202048.433 ERROR    conf - ../src/lxc/conf.c:lxc_map_ids:3708 - <words>`; some tools
 * omit the name.
 */
const logLine = /^\S+ (?:\S+ )?\d+\.\d+ [A-Z]+ +\S+ - \S+ - (?<words>.*)$/;
/** Standard error: `lxc-start: web: ../src/lxc/conf.c: lxc_map_ids: 3708 <words>`. */
const errorLine = /^lxc-\w+: \S+: \S+: \w+: \d+ (?<words>.*)$/;
/** Lines that LXC adds to every failure, whatever the cause. */
const empty = [
  /^The container failed to start$/,
  /^To get more details, run the container in foreground mode$/,
  /^Additional information can be obtained by setting the --logfile and --logpriority options$/,
  /^Received container state "ABORTING" instead of "RUNNING"$/,
];
const mostLines = 3;
const mostCharacters = 600;

/** Returns the error message of an engine command as one line: the first causes, without LXC's general remarks. */
export function engineWords(output: string): string {
  const lines = toSendable(output)
    .split("\n")
    .map((line) => {
      const found = logLine.exec(line) ?? errorLine.exec(line);
      return (found?.groups?.["words"] ?? line).trim();
    })
    .filter((line) => line !== "");
  const telling = lines.filter((line) => !empty.some((pattern) => pattern.test(line)));
  const words = [...new Set(telling.length > 0 ? telling : lines)].slice(0, mostLines).join("; ");
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters)}…` : words;
}
