import type { WebSocket } from "ws";
import { MccError } from "../../../../protocol/error";
import { ApiError } from "../api/api-error";
import { execMetadataSchema, type Operation } from "../api/types";
import { type Engine, pathOf } from "../engine";
import { stateOf } from "../instances/copy";

/** The variables of root's login shell. */
const rootEnvironment = {
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "linux",
};

/** The connections to a command. The engine starts it when all of them are open. */
export interface CommandSockets {
  readonly input: WebSocket;
  readonly output: WebSocket;
  readonly errors: WebSocket;
  /** The engine kills the command of one that breaks off. */
  readonly control: WebSocket;
}

export interface OpenCommand {
  readonly operation: Operation;
  readonly sockets: CommandSockets;
}

/**
 * Starts a command as root in a running instance.
 *
 * @param environment added to that of root's login shell.
 * @throws MccError `conflict` if the instance does not run.
 */
export async function openCommand(
  engine: Engine,
  id: number,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<OpenCommand> {
  const operation = await begin(engine, id, command, environment);
  return { operation, sockets: await connect(engine, operation) };
}

async function begin(
  engine: Engine,
  id: number,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Operation> {
  try {
    const beginning = engine.api.begin("POST", `${pathOf(engine, id)}/exec`, {
      json: {
        command,
        environment: { ...rootEnvironment, ...environment },
        "wait-for-websocket": true,
        interactive: false,
        user: 0,
        group: 0,
        cwd: "/",
      },
    });
    const operation = await engine.instances.reaching(id, beginning);
    if (operation === undefined) {
      throw new MccError("engine", `The engine began no operation for a command in container ${id}.`);
    }
    return operation;
  } catch (error) {
    throw await explainedByState(engine, id, error);
  }
}

/** Returns the error that the state of the instance explains, or the given one. */
export async function explainedByState(engine: Engine, id: number, error: unknown): Promise<unknown> {
  if (!(error instanceof ApiError)) {
    return error;
  }
  const instance = await engine.instances.require(id);
  return stateOf(instance) === "running"
    ? error
    : new MccError("conflict", `Container ${id} does not run; start it first.`, { cause: error });
}

async function connect({ api }: Engine, { id, metadata }: Operation): Promise<CommandSockets> {
  const { fds } = execMetadataSchema.parse(metadata);
  const opened = await Promise.allSettled(
    [fds["0"], fds["1"], fds["2"], fds.control].map((secret) =>
      api.webSocket(`/1.0/operations/${id}/websocket`, { secret }),
    ),
  );
  const sockets = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const [input, output, errors, control] = sockets;
  if (input === undefined || output === undefined || errors === undefined || control === undefined) {
    sockets.forEach((socket) => socket.terminate());
    throw opened.find((each) => each.status === "rejected")?.reason;
  }
  return { input, output, errors, control };
}
