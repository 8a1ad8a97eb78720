import { MccError } from "../../protocol/error";
import { show } from "../../protocol/validate";
import { isDaemonHere, jumpHost } from "./daemon-host";

/** The value for a direct connection, as in `ssh -J`. */
const direct = "none";

/** Characters that no shell interprets, because the shell of the user runs the command. */
const hopForm =
  /^(?:ssh:\/\/)?(?:(?<user>\w[\w.+@-]*)@)?(?<host>\[[0-9A-Fa-f:.]+\]|\w[\w.-]*)(?::(?<port>\d{1,5}))?\/?$/;

interface Hop {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
}

/**
 * Returns the jump host through which this machine reaches the instances of a daemon, as `ssh -J` takes it.
 *
 * @param server the URL of the daemon, as {@link Client.server} has it.
 * @param chosen the jump host that the user chose; `none`: a direct connection. Default: the daemon's host.
 * @returns undefined for a direct connection, which is the default if the daemon runs on this machine.
 * @throws MccError `unavailable` if the daemon's host name cannot be resolved.
 */
export async function jumpHostFor(server: string, chosen?: string): Promise<string | undefined> {
  if (chosen !== undefined && chosen !== "") {
    return chosen === direct ? undefined : chosen;
  }
  return (await isDaemonHere(server)) ? undefined : jumpHost(server);
}

/**
 * Returns the setting `ProxyCommand` of OpenSSH for a connection through a jump host. In contrast to `ProxyJump`, the
 * user's own configuration applies to the jump host, also if another one applies to the host (`ssh -F`).
 *
 * @param jumpHost as `ssh -J` takes it: `[USER@]HOST[:PORT]`, several with commas. Undefined, empty or `none`: a direct
 * connection.
 * @throws MccError `invalid` for another text.
 */
export function proxyCommand(jumpHost: string | undefined): string {
  if (jumpHost === undefined || jumpHost === "" || jumpHost === direct) {
    return direct;
  }
  const written = jumpHost.split(",");
  const hops = written.map((hop) => parseHop(hop, jumpHost));
  const last = hops.at(-1);
  return [
    // No brackets around %h: the address is IPv4, and shells expand brackets.
    "ssh -W %h:%p -o RemoteCommand=none",
    ...(hops.length > 1 ? [`-J '${written.slice(0, -1).join(",")}'`] : []),
    ...(last?.user === undefined ? [] : [`-l ${last.user}`]),
    ...(last?.port === undefined ? [] : [`-p ${last.port}`]),
    last?.host.replace(/^\[|\]$/g, "") ?? "",
  ].join(" ");
}

function parseHop(text: string, whole: string): Hop {
  const { user, host, port } = hopForm.exec(text)?.groups ?? {};
  if (host === undefined) {
    throw new MccError(
      "invalid",
      `The jump host is ${show(whole)}, but must be [USER@]HOST[:PORT], several of them with commas, or "none".`,
    );
  }
  return { user, host, port };
}
