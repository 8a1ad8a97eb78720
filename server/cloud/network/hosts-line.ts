/** The address and the names of a host. */
export interface NamedHost {
  readonly id: number;
  readonly ipAddress: string;
  readonly hostname: string;
  readonly name: string;
}

/** Returns the line of a host in the format of hosts(5): its address, host name, short host name and name. */
export function hostsLine({ ipAddress, hostname, name }: NamedHost): string {
  const [label = hostname] = hostname.split(".");
  return `${ipAddress} ${[...new Set([hostname, label, name])].join(" ")}`;
}
