/**
 * Returns a program with other bytes of the same length in one place.
 *
 * @returns undefined if the bytes to replace are not in it, or more than once.
 */
export function replaceOnce(program: Buffer, before: string, after: string): Buffer | undefined {
  const index = program.indexOf(before, 0, "latin1");
  if (index === -1 || program.indexOf(before, index + 1, "latin1") !== -1) {
    return undefined;
  }
  const changed = Buffer.from(program);
  changed.write(after, index, "latin1");
  return changed;
}
