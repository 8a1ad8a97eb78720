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

/** How often a command is begun that the engine did not start. */
const mostBegins = 3;

/** The connections to a command. The engine starts it when the first three are open, and kills it when they break off. */
export interface CommandSockets {
  readonly input: WebSocket;
  readonly output: WebSocket;
  readonly errors: WebSocket;
  /** undefined if the command ended before it was open. */
  readonly control: WebSocket | undefined;
}

/** Returns those that are open. */
export function openSockets({ input, output, errors, control }: CommandSockets): WebSocket[] {
  return [input, output, errors, ...(control === undefined ? [] : [control])];
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
  for (let begins = 1; ; begins += 1) {
    const operation = await begin(engine, id, command, environment);
    try {
      return { operation, sockets: await connect(engine, operation) };
    } catch (error) {
      // The engine gives up a command to which not all connections are open within five seconds, and refuses the late ones.
      if (!(error instanceof ApiError) || begins === mostBegins) {
        throw await explainedByState(engine, id, error);
      }
      engine.log.debug({ err: error, instance: id }, "a command was not started; it is begun again");
    }
  }
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

/** @throws ApiError if the engine refused one of the first three, so that it did not start the command; MccError. */
async function connect({ api }: Engine, { id, metadata }: Operation): Promise<CommandSockets> {
  const { fds } = execMetadataSchema.parse(metadata);
  const opened = await Promise.allSettled(
    [fds["0"], fds["1"], fds["2"], fds.control].map((secret) =>
      api.webSocket(`/1.0/operations/${id}/websocket`, { secret }),
    ),
  );
  const [input, output, errors, control] = opened.map((each) =>
    each.status === "fulfilled" ? each.value : undefined,
  );
  if (input !== undefined && output !== undefined && errors !== undefined) {
    return { input, output, errors, control };
  }
  [input, output, errors, control].forEach((socket) => socket?.terminate());
  const reasons = opened
    .slice(0, 3)
    .flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
  throw reasons.find((reason) => reason instanceof ApiError) ?? reasons[0];
}
