#!/usr/bin/env node
// Stands alone: it is copied beside a Pulumi CLI as `pulumi-language-nodejs` and may import nothing of this project.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpcModule from "@grpc/grpc-js";
import type * as serviceModule from "@pulumi/pulumi/proto/language_grpc_pb";
import type * as messagesModule from "@pulumi/pulumi/proto/language_pb";
import type * as pluginModule from "@pulumi/pulumi/proto/plugin_pb";

/**
 * Pulumi's language host for Node, where the official one cannot be downloaded: serves `LanguageRuntime` on a free
 * port of 127.0.0.1, which it prints. A program runs as under the official host, by the SDK's own
 * `@pulumi/pulumi/cmd/run` with the same arguments, so that TypeScript goes through the SDK's loader.
 *
 * It ends with the engine, however that ends, and the program with it.
 */
type RunRequest = messagesModule.RunRequest;

/** The SDK's exit code for "the user has been told already". */
const alreadyReported = 32;
const parentCheckMs = 250;

const engineAddress = process.argv[2] ?? "";
const programs = new Set<ChildProcess>();

serve();

function serve(): void {
  const sdk = projectSdk();
  const grpc = sdk("@grpc/grpc-js") as typeof grpcModule;
  const { LanguageRuntimeService } = sdk("@pulumi/pulumi/proto/language_grpc_pb") as typeof serviceModule;
  const messages = sdk("@pulumi/pulumi/proto/language_pb") as typeof messagesModule;
  const { PluginInfo } = sdk("@pulumi/pulumi/proto/plugin_pb") as typeof pluginModule;

  const handlers: grpcModule.UntypedServiceImplementation = {
    handshake: answer(() => new messages.LanguageHandshakeResponse()),
    getPluginInfo: answer(() => new PluginInfo().setVersion("1.0.0")),
    getRequiredPlugins: answer(() => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: answer(() => new messages.GetRequiredPackagesResponse()),
    about: answer(() =>
      new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    run: ({ request }: { request: RunRequest }, callback: Callback<messagesModule.RunResponse>) => {
      const response = new messages.RunResponse();
      runProgram(request, (error) => {
        response.setBail(error === "already reported");
        callback(null, error === undefined || response.getBail() ? response : response.setError(error));
      });
    },
  };
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, handlers);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      fail(`The language host cannot listen on 127.0.0.1: ${error.message}`);
    }
    endWithEngine();
    console.log(port);
  });
}

type Callback<Response> = (error: Error | null, response?: Response) => void;

function answer<Response>(make: () => Response) {
  return (_call: unknown, callback: Callback<Response>) => callback(null, make());
}

/** A `require` that finds the SDK of the project at hand, and what the SDK itself is made of. */
function projectSdk(): NodeJS.Require {
  const project = createRequire(join(process.cwd(), "package.json"));
  try {
    return createRequire(project.resolve("@pulumi/pulumi"));
  } catch {
    fail(`The Pulumi SDK is not installed in ${process.cwd()}: run npm install there.`);
  }
}

/** Calls back once, without an error when the program came to its end. */
function runProgram(request: RunRequest, done: (error?: string) => void): void {
  const programFolder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  let runner: string;
  try {
    runner = createRequire(join(programFolder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    done(`The Pulumi SDK is not installed in ${programFolder}: run npm install there.`);
    return;
  }
  const nodeArguments = typeof options["nodeargs"] === "string" ? options["nodeargs"].split(/\s+/) : [];
  const program = spawn(process.execPath, [...nodeArguments, runner, ...runnerArguments(request)], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...(options["typescript"] === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      ...(typeof options["tsconfig"] === "string"
        ? { PULUMI_NODEJS_TSCONFIG_PATH: options["tsconfig"] }
        : {}),
    },
  });
  programs.add(program);
  program.once("error", (error) => done(`The program cannot be run: ${error.message}`));
  program.once("exit", (code, signal) => {
    programs.delete(program);
    done(ending(code, signal));
  });
}

function ending(code: number | null, signal: string | null): string | undefined {
  switch (code) {
    case 0:
      return undefined;
    case alreadyReported:
      return "already reported";
    case null:
      return `Program ended by ${signal ?? "a signal"}`;
    default:
      return `Program exited with non-zero exit code: ${code}`;
  }
}

/** As the official host orders them; what is empty is left out. */
function runnerArguments(request: RunRequest): string[] {
  const info = request.getInfo();
  const flags: [string, string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["stack", request.getStack()],
    ["pwd", info?.getProgramDirectory() ?? request.getPwd()],
    ["parallel", String(request.getParallel())],
  ];
  return [
    ...flags.filter(([, value]) => value !== "").flatMap(([name, value]) => [`--${name}`, value]),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

/** A killed engine closes nothing: that this process has got another parent is the one sign of it. */
function endWithEngine(): void {
  const engine = process.ppid;
  process.on("exit", () => programs.forEach((program) => program.kill("SIGKILL")));
  setInterval(() => process.ppid !== engine && process.exit(1), parentCheckMs);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
