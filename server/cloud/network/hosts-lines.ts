/** The addresses and the names of a host. */
export interface NamedHost {
  readonly id: number;
  readonly ipAddress: string;
  readonly ipv6Address?: string | undefined;
  readonly hostname: string;
  readonly name: string;
}

/** Returns a line for each address in the format of hosts(5), with the host name, the short host name and the name. */
export function hostsLines({ ipAddress, ipv6Address, hostname, name }: NamedHost): string[] {
  const [label = hostname] = hostname.split(".");
  const names = [...new Set([hostname, label, name])].join(" ");
  return [ipAddress, ipv6Address].flatMap((address) => (address === undefined ? [] : `${address} ${names}`));
}
