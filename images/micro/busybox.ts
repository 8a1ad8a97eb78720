import { replaceOnce } from "./replace-once";

/**
 * The name of busybox's own wget in the image. Without a name of its own, busybox would prefer it to the wget on the PATH, in
 * its shell and in commands such as `timeout`. The names are sorted, so this one has the place and the length of `wget`.
 */
export const renamedWget = "wgeT";

const names = { before: "\0wc\0wget\0which\0", after: `\0wc\0${renamedWget}\0which\0` };

/** Returns whether busybox was built without the option -T of wget. Debian's then crashes with it. */
export function lacksWgetTimeout(wgetHelp: string): boolean {
  return !/\[-T\b/.test(wgetHelp);
}

/** Returns the program with another name for its wget; undefined if its list of names has an unknown form. */
export function withRenamedWget(program: Buffer): Buffer | undefined {
  return replaceOnce(program, names.before, names.after);
}
