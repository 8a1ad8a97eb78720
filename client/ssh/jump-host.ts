import { MccError } from "../../protocol/error";
import { directConnection, parseHops } from "../../protocol/jump-host";
import { show } from "../../protocol/validate";
import { isDaemonHere, jumpHost } from "./daemon-host";

/**
 * Returns the jump host through which this machine reaches the instances of a daemon, as `ssh -J` takes it.
 *
 * @param server the URL of the daemon, as {@link Client.server} has it.
 * @param chosen the jump host that the user chose; `none`: a direct connection. Default: the announced one.
 * @param announced the jump host that the daemon announces, as {@link ServerInfo.sshJump} has it; `none`: a direct connection.
 * Default: the daemon's host.
 * @returns undefined for a direct connection, which is the default if the daemon runs on this machine.
 * @throws MccError `unavailable` if the daemon's host name cannot be resolved.
 */
export async function jumpHostFor(
  server: string,
  chosen?: string,
  announced?: string,
): Promise<string | undefined> {
  const given = chosen || announced;
  if (given !== undefined && given !== "") {
    return given === directConnection ? undefined : given;
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
  if (jumpHost === undefined || jumpHost === "" || jumpHost === directConnection) {
    return directConnection;
  }
  const hops = parseHops(jumpHost);
  if (hops === undefined) {
    throw new MccError(
      "invalid",
      `The jump host is ${show(jumpHost)}, but must be [USER@]HOST[:PORT], several of them with commas, or "none".`,
    );
  }
  const last = hops.at(-1);
  return [
    // No brackets around %h: the address is IPv4, and shells expand brackets.
    "ssh -W %h:%p -o RemoteCommand=none",
    ...(hops.length > 1 ? [`-J '${jumpHost.split(",").slice(0, -1).join(",")}'`] : []),
    ...(last?.user === undefined ? [] : [`-l ${last.user}`]),
    ...(last?.port === undefined ? [] : [`-p ${last.port}`]),
    last?.host.replace(/^\[|\]$/g, "") ?? "",
  ].join(" ");
}
