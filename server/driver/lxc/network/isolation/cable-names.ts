/**
 * The names of the host's ends of containers' cables. An interface's name has at most 15 characters, 7 of which are the
 * daemon's prefix. A cable of the first group has the container's id in decimal digits. Others have three characters for
 * the group, of which the first is a letter, and the id in base 36: up to 60,466,175.
 */
const digitsOfGroup = 3;
const firstOfLetters = Number.parseInt("a00", 36);

/** How many groups there can be in addition to the first. */
export const mostGroups = Number.parseInt("zzz", 36) - firstOfLetters;

/**
 * The number of the group whose members reach no other container, and not each other either. It is the same for all
 * daemons: a container that reboots gets the cable of its start again, under a later daemon too.
 */
export const closedGroup = mostGroups + 1;

/** @param group 0 for the first. */
export function cableName(prefix: string, id: number, group: number): string {
  return group === 0 ? `${prefix}${id}` : `${prefixOfGroup(prefix, group)}${id.toString(36)}`;
}

/** Returns what the names of all cables of a group start with, and no others. @param group 1 or more. */
export function prefixOfGroup(prefix: string, group: number): string {
  return prefix + (firstOfLetters + group - 1).toString(36);
}

/** Returns what the names of the first group's cables start with. */
export function prefixesOfFirstGroup(prefix: string): string[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `${prefix}${digit}`);
}

/** Returns the group in a name; undefined for one that is not of a cable. */
export function groupOfCable(prefix: string, name: string): number | undefined {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  if (/^[1-9]\d*$/.test(rest)) {
    return 0;
  }
  return /^[a-z][0-9a-z]{2}[1-9a-z][0-9a-z]*$/.test(rest)
    ? Number.parseInt(rest.slice(0, digitsOfGroup), 36) - firstOfLetters + 1
    : undefined;
}
