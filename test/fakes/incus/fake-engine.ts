import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { firstFilesOf } from "../../../server/driver/incus/guest/first-files";
import { parentsOf } from "../../../server/driver/incus/guest/write-by-sftp";

/** What happens to a request: the engine answers 500 without doing it, or after it has done it. */
export type Fault = "refused" | "answer lost" | undefined;

interface Entry {
  type: string;
  content: Buffer;
}

interface FakeInstance {
  readonly name: string;
  readonly project: string;
  status_code: number;
  config: Record<string, string>;
  devices: Record<string, Record<string, string>>;
  readonly files: Map<string, Entry>;
}

interface Exchange {
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly project: string;
  /** The parts of the path that the route matches. */
  readonly parts: readonly string[];
}

type Answer =
  | { readonly sync: unknown }
  | { readonly async: true; readonly id?: string; readonly metadata?: Record<string, unknown> }
  | { readonly error: number; readonly words: string }
  | { readonly file: Entry }
  | { readonly text: string };

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: (exchange: Exchange) => Answer;
}

const notFound: Answer = { error: 404, words: "Not Found" };
const done: Answer = { sync: {} };

/** An engine in memory with the part of the REST API that the driver needs, for tests without LXD. */
export class FakeEngine {
  readonly projects = new Map<string, Record<string, string>>();
  readonly images = new Map<string, { project: string; properties: Record<string, string> }>();
  readonly instances = new Map<string, FakeInstance>();
  /** `METHOD /path` of each request. */
  readonly requests: string[] = [];
  /** Decides about each request. The first has the number 0. */
  faultOf: (number: number, request: string) => Fault = () => undefined;
  /** How long a request waits, in milliseconds. */
  delayOf: (request: string) => number = () => 0;
  /** How long the import of an image goes on after the answer, in milliseconds. */
  importMs = 0;
  /** The words with which starts fail before they write files. */
  startFailure: string | undefined;
  #imports = 0;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #listeners = new Set<WebSocket>();
  /** The open streams of each command. It ends when it has its input and its two outputs. */
  readonly #commands = new Map<string, Map<string, WebSocket>>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async start(socketPath: string): Promise<void> {
    this.#server.on(
      "upgrade",
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head),
    );
    await new Promise<void>((resolve) => this.#server.listen(socketPath, resolve));
  }

  async stop(): Promise<void> {
    this.cutEvents();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Breaks all streams of events off. */
  cutEvents(): void {
    this.#listeners.forEach((socket) => socket.terminate());
    this.#listeners.clear();
  }

  /** Stops an instance, as a shutdown inside does. */
  stopInside(name: string): void {
    const instance = this.instances.get(name);
    if (instance !== undefined) {
      instance.status_code = 102;
      this.#tell("instance-shutdown", name);
    }
  }

  #tell(action: string, name: string): void {
    const event = { type: "lifecycle", metadata: { action, source: `/1.0/instances/${name}` } };
    this.#listeners.forEach((socket) => socket.send(JSON.stringify(event)));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? "/", "http://engine");
    const secret = url.searchParams.get("secret") ?? "";
    const label = `UPGRADE ${url.pathname} ${secret}`.trim();
    const fault = this.faultOf(this.requests.push(label) - 1, label);
    await pause(this.delayOf(label));
    const command = this.#commands.get(url.pathname.split("/")[3] ?? "");
    if (fault !== undefined || (command !== undefined && hasEnded(command))) {
      const error = fault === undefined ? "Only running operations can be connected" : "a fault";
      const body = JSON.stringify({ type: "error", error_code: 500, error, metadata: null });
      const head = ["HTTP/1.1 500 Internal Server Error", `Content-Length: ${body.length}`, "", body];
      socket.end(head.join("\r\n"));
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) =>
      command === undefined ? this.#listen(opened) : this.#connect(command, secret, opened),
    );
  }

  #listen(socket: WebSocket): void {
    this.#listeners.add(socket);
    socket.once("close", () => this.#listeners.delete(socket));
  }

  #connect(command: Map<string, WebSocket>, secret: string, socket: WebSocket): void {
    command.set(secret, socket);
    if (hasEnded(command)) {
      command.forEach((each) => {
        each.send("");
        each.close();
      });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://engine");
    const label = `${request.method} ${url.pathname}`;
    const fault = this.faultOf(this.requests.push(label) - 1, label);
    const body = await buffer(request);
    await pause(this.delayOf(label));
    if (fault === "refused") {
      send(response, { error: 500, words: "a fault" });
      return;
    }
    const answer = this.#handle(request, url, body);
    send(response, fault === "answer lost" ? { error: 500, words: "a fault" } : answer);
  }

  #handle({ method, headers }: IncomingMessage, url: URL, body: Buffer): Answer {
    for (const route of this.#routes) {
      const [found, ...parts] = (route.method === method && route.path.exec(url.pathname)) || [];
      if (found !== undefined) {
        const project = url.searchParams.get("project") ?? "default";
        return route.handle({ query: url.searchParams, headers, body, project, parts });
      }
    }
    return { error: 404, words: "not found" };
  }

  #get(name = ""): FakeInstance | undefined {
    return this.instances.get(name);
  }

  readonly #routes: readonly Route[] = [
    {
      method: "GET",
      path: /^\/1\.0$/,
      handle: () => ({
        sync: { auth: "trusted", api_extensions: [], environment: { server: "lxd", server_name: "solo" } },
      }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/projects\/(.+)$/,
      handle: ({ parts: [name = ""] }) => {
        const config = this.projects.get(name);
        return config === undefined ? { error: 404, words: "Project not found" } : { sync: { name, config } };
      },
    },
    {
      method: "POST",
      path: /^\/1\.0\/projects$/,
      handle: ({ body }) => {
        const { name, config } = jsonOf(body) as { name: string; config: Record<string, string> };
        this.projects.set(name, config);
        return done;
      },
    },
    {
      method: "DELETE",
      path: /^\/1\.0\/projects\/(.+)$/,
      handle: ({ parts: [name = ""] }) => {
        const used = [...this.instances.values(), ...this.images.values()].some(
          ({ project }) => project === name,
        );
        return used ? { error: 400, words: "Only empty projects can be removed" } : this.#removeProject(name);
      },
    },
    {
      method: "GET",
      path: /^\/1\.0\/storage-pools\/default$/,
      handle: () => ({ sync: { name: "default", driver: "dir" } }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/networks\/br0$/,
      handle: () => ({ sync: { name: "br0", managed: false } }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/metrics$/,
      handle: ({ project }) => ({
        text: [...this.instances.values()]
          .filter((each) => each.project === project && each.status_code === 103)
          .map(({ name }) => `lxd_procs_total{name="${name}",project="${project}",type="container"} 2\n`)
          .join(""),
      }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/operations$/,
      handle: () => ({
        sync:
          this.#imports === 0 ? {} : { running: [{ id: randomUUID(), status_code: 103, resources: null }] },
      }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/operations\/([^/]+)\/wait$/,
      handle: ({ parts: [id = ""] }) => ({
        sync: { id, status_code: 200, metadata: this.#commands.has(id) ? { return: 0 } : {} },
      }),
    },
    {
      method: "GET",
      path: /^\/1\.0\/images$/,
      handle: ({ project }) => ({
        sync: [...this.images]
          .filter(([, image]) => image.project === project)
          .map(([fingerprint, { properties }]) => ({
            fingerprint,
            size: 1,
            uploaded_at: "2026-01-01T00:00:00Z",
            properties,
          })),
      }),
    },
    {
      method: "POST",
      path: /^\/1\.0\/images$/,
      handle: ({ body, project }) => {
        const [json = "{}"] = /\{"architecture".*\}/.exec(body.toString("latin1")) ?? [];
        const { properties } = JSON.parse(json) as { properties: Record<string, string> };
        this.#imports += 1;
        const end = (): void => {
          this.images.set(randomUUID(), { project, properties });
          this.#imports -= 1;
        };
        if (this.importMs === 0) {
          end();
        } else {
          setTimeout(end, this.importMs);
        }
        return { async: true };
      },
    },
    {
      method: "DELETE",
      path: /^\/1\.0\/images\/(.+)$/,
      handle: ({ parts: [fingerprint = ""] }) =>
        this.images.delete(fingerprint) ? { async: true } : notFound,
    },
    {
      method: "GET",
      path: /^\/1\.0\/instances$/,
      handle: ({ project }) => ({
        sync: [...this.instances.values()].filter((each) => each.project === project).map(shown),
      }),
    },
    {
      method: "POST",
      path: /^\/1\.0\/instances$/,
      handle: ({ body, project }) => {
        const { name, config, devices } = jsonOf(body) as unknown as FakeInstance;
        if (!this.projects.has(project)) {
          return { error: 404, words: "Project not found" };
        }
        if (this.instances.has(name)) {
          return { error: 400, words: 'This "instances" entry already exists' };
        }
        const files = new Map<string, Entry>([["/etc", { type: "directory", content: Buffer.alloc(0) }]]);
        const settings = { ...config, "volatile.apply_template": "create" };
        this.instances.set(name, { name, project, status_code: 102, config: settings, devices, files });
        this.#tell("instance-created", name);
        return { async: true };
      },
    },
    {
      method: "GET",
      path: /^\/1\.0\/instances\/([^/]+)$/,
      handle: ({ parts: [name] }) => {
        const instance = this.#get(name);
        return instance === undefined ? notFound : { sync: shown(instance) };
      },
    },
    {
      method: "PATCH",
      path: /^\/1\.0\/instances\/([^/]+)$/,
      handle: ({ parts: [name], body }) => {
        const instance = this.#get(name);
        const { config = {}, devices = {} } = jsonOf(body) as Partial<FakeInstance>;
        if (instance === undefined) {
          return notFound;
        }
        Object.assign(instance.config, config);
        Object.assign(instance.devices, devices);
        return { async: true };
      },
    },
    {
      method: "DELETE",
      path: /^\/1\.0\/instances\/([^/]+)$/,
      handle: ({ parts: [name = ""] }) => {
        const instance = this.#get(name);
        if (instance?.status_code === 103) {
          return { error: 400, words: "Instance is running" };
        }
        this.instances.delete(name);
        this.#tell("instance-deleted", name);
        return instance === undefined ? notFound : { async: true };
      },
    },
    {
      method: "PUT",
      path: /^\/1\.0\/instances\/([^/]+)\/state$/,
      handle: ({ parts: [name = ""], body }) => {
        const instance = this.#get(name);
        const wanted = jsonOf(body)["action"] === "start" ? 103 : 102;
        if (instance === undefined) {
          return notFound;
        }
        if (instance.status_code === wanted) {
          return { error: 400, words: `The instance is already ${wanted === 103 ? "running" : "stopped"}` };
        }
        if (wanted === 103) {
          delete instance.config["volatile.apply_template"];
          if (this.startFailure !== undefined) {
            return { error: 400, words: this.startFailure };
          }
          writeFirstFiles(instance);
        }
        instance.status_code = wanted;
        this.#tell(wanted === 103 ? "instance-started" : "instance-stopped", name);
        return { async: true };
      },
    },
    {
      method: "POST",
      path: /^\/1\.0\/instances\/([^/]+)\/exec$/,
      handle: ({ parts: [name] }) => {
        if (this.#get(name)?.status_code !== 103) {
          return { error: 400, words: "Instance is not running" };
        }
        const id = randomUUID();
        this.#commands.set(id, new Map());
        return {
          async: true,
          id,
          metadata: { fds: { 0: "input", 1: "output", 2: "errors", control: "control" } },
        };
      },
    },
    {
      method: "GET",
      path: /^\/1\.0\/instances\/([^/]+)\/files$/,
      handle: ({ parts: [name], query }) => {
        const file = this.#get(name)?.files.get(query.get("path") ?? "");
        return file === undefined ? notFound : { file };
      },
    },
    {
      method: "POST",
      path: /^\/1\.0\/instances\/([^/]+)\/files$/,
      handle: ({ parts: [name], query, headers, body }) => {
        const path = query.get("path") ?? "";
        const files = this.#get(name)?.files;
        const parent = path.replace(/\/[^/]*$/, "");
        if (files === undefined || (parent !== "" && files.get(parent)?.type !== "directory")) {
          return notFound;
        }
        files.set(path, { type: String(headers["x-lxd-type"]), content: body });
        return done;
      },
    },
    {
      method: "DELETE",
      path: /^\/1\.0\/instances\/([^/]+)\/files$/,
      handle: ({ parts: [name], query }) =>
        this.#get(name)?.files.delete(query.get("path") ?? "") === true ? done : notFound,
    },
  ];

  #removeProject(name: string): Answer {
    this.projects.delete(name);
    return done;
  }
}

/** As in LXD, the control stream is not waited for. */
function hasEnded(command: ReadonlyMap<string, WebSocket>): boolean {
  return ["input", "output", "errors"].every((stream) => command.has(stream));
}

function shown({ name, project, status_code, config, devices }: FakeInstance): object {
  const status = status_code === 103 ? "Running" : "Stopped";
  return { name, project, status, status_code, config, devices, location: "none", created_at: "" };
}

function jsonOf(body: Buffer): Record<string, unknown> {
  return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
}

function send(response: ServerResponse, answer: Answer): void {
  if ("text" in answer) {
    response.end(answer.text);
    return;
  }
  if ("file" in answer) {
    response.setHeader("X-LXD-type", answer.file.type).end(answer.file.content);
    return;
  }
  if ("error" in answer) {
    const { error, words } = answer;
    response
      .writeHead(error)
      .end(JSON.stringify({ type: "error", error_code: error, error: words, metadata: null }));
    return;
  }
  const isAsync = "async" in answer;
  const id = isAsync ? (answer.id ?? randomUUID()) : "";
  const metadata = isAsync
    ? { id, status_code: 103, location: "none", metadata: answer.metadata ?? null }
    : answer.sync;
  response.writeHead(isAsync ? 202 : 200).end(
    JSON.stringify({
      type: isAsync ? "async" : "sync",
      operation: isAsync ? `/1.0/operations/${id}` : "",
      error_code: 0,
      error: "",
      metadata,
    }),
  );
}

/** Does what the hook in the settings does. */
function writeFirstFiles({ config, files }: FakeInstance): void {
  const first = firstFilesOf({ config });
  if (first !== undefined && !files.has(first.mark)) {
    const mark = { path: first.mark, content: Buffer.alloc(0) };
    for (const { path, content } of [...first.files, mark]) {
      parentsOf(path).forEach((parent) => files.set(parent, { type: "directory", content: Buffer.alloc(0) }));
      files.set(path, { type: "file", content: Buffer.from(content) });
    }
  }
}
