/**
 * Names a rung that needs no parameters.
 *
 * - `"running"`: the first process of the host runs.
 * - `"address"`: the address of the host answers. A refused connection counts as an answer.
 * - `"ssh"`: the SSH server of the host sends its version.
 */
export type PlainReadiness = "running" | "address" | "ssh";

/** Describes a rung that is reached when a TCP port of the host accepts a connection. */
export interface TcpRung {
  /** The port: 1 to 65535. */
  tcp: number;
}

/**
 * Describes a rung that is reached when a web server of the host answers a GET with a status. Redirects are not
 * followed.
 */
export interface HttpRung {
  /** The path of the request. It starts with `/`, has at most 2048 characters and no spaces. */
  http: string;
  /** The port: 1 to 65535. Default: 80. */
  port?: number;
  /** The expected HTTP status: 100 to 599. Default: 200. */
  status?: number;
}

/** Describes a rung that is reached when a command that root runs in the host exits with 0. */
export interface CommandRung {
  /** The program and its arguments: 1 to 64 strings. No shell reads them. */
  command: string[];
}

/** Describes one condition that a host must meet before it counts as ready. */
export type Rung = PlainReadiness | TcpRung | HttpRung | CommandRung;
