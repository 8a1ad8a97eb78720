import { nearest } from "../protocol/nearest";
import type { Command } from "./command";
import { suggestionOf } from "./find/subjects";
import { synonyms } from "./synonyms";

const mostNamed = 4;

/** Returns ` Did you mean "stop"?`, or an empty string if no command has such a name or such an effect. */
export function suggestCommands(asked: string, commands: readonly Command[]): string {
  const meanings = meaningsOf(commands);
  const word = asked.toLowerCase();
  const meant = synonyms[word] ?? nearest(asked, [...meanings.keys()], mostEdits(word));
  const names = meant.flatMap((each) => meanings.get(each) ?? []);
  return suggestionOf([...new Set(names)].slice(0, mostNamed));
}

/** Returns the commands for each word: names, aliases and synonyms. Names come first, and so do their suggestions. */
function meaningsOf(commands: readonly Command[]): Map<string, readonly string[]> {
  const shown = commands.filter(({ hidden }) => hidden !== true);
  return new Map([
    ...shown.map(({ name }): [string, string[]] => [name, [name]]),
    ...shown.flatMap(({ name, aliases = [] }) => aliases.map((alias): [string, string[]] => [alias, [name]])),
    ...Object.entries(synonyms),
  ]);
}

/** Two errors in a short word make another word: `pause` and `prune`. */
function mostEdits({ length }: string): number {
  return Math.max(1, Math.floor(length / 3));
}
