/** The value for a direct connection, as in `ssh -J`. */
export const directConnection = "none";

/** Characters that no shell interprets, because the shell of the user runs the command with them. */
const hopForm =
  /^(?:ssh:\/\/)?(?:(?<user>\w[\w.+@-]*)@)?(?<host>\[[0-9A-Fa-f:.]+\]|\w[\w.-]*)(?::(?<port>\d{1,5}))?\/?$/;

/** One of the hosts through which an SSH connection goes. */
export interface Hop {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
}

/** Parses jump hosts as `ssh -J` takes them: `[USER@]HOST[:PORT]`, several with commas. @returns undefined for another text. */
export function parseHops(text: string): Hop[] | undefined {
  const hops = text.split(",").flatMap((hop): Hop | [] => {
    const { user, host, port } = hopForm.exec(hop)?.groups ?? {};
    return host === undefined ? [] : { user, host, port };
  });
  return hops.length === text.split(",").length ? hops : undefined;
}
