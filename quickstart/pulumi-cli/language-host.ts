#!/usr/bin/env node
// Imports no file of this project, because it is copied next to a Pulumi CLI as `pulumi-language-nodejs`.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpcModule from "@grpc/grpc-js";
import type * as serviceModule from "@pulumi/pulumi/proto/language_grpc_pb";
import type * as messagesModule from "@pulumi/pulumi/proto/language_pb";
import type * as pluginModule from "@pulumi/pulumi/proto/plugin_pb";

/**
 * A language host of Pulumi for Node, if the official one cannot be downloaded. It serves `LanguageRuntime` on a free
 * port of 127.0.0.1, and prints the port. It runs a program like the official host: by the SDK's own
 * `@pulumi/pulumi/cmd/run` with the same arguments, so that the SDK's loader compiles TypeScript.
 *
 * It ends when the engine ends or is killed, and ends the program too.
 */
type RunRequest = messagesModule.RunRequest;

/** The SDK's exit code for an error that the program has already reported. */
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
      fail(`Listening on 127.0.0.1 failed: ${error.message}`);
    }
    endWithEngine();
    console.log(port);
  });
}

type Callback<Response> = (error: Error | null, response?: Response) => void;

function answer<Response>(make: () => Response) {
  return (_call: unknown, callback: Callback<Response>) => callback(null, make());
}

/** Returns a `require` that finds the SDK of the current project, and the dependencies of the SDK. */
function projectSdk(): NodeJS.Require {
  const project = createRequire(join(process.cwd(), "package.json"));
  try {
    return createRequire(project.resolve("@pulumi/pulumi"));
  } catch {
    fail(`The Pulumi SDK is not installed in ${process.cwd()}; run npm install there.`);
  }
}

/** Runs the program. Calls back once, without an error if the program succeeded. */
function runProgram(request: RunRequest, done: (error?: string) => void): void {
  const programFolder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  let runner: string;
  try {
    runner = createRequire(join(programFolder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    done(`The Pulumi SDK is not installed in ${programFolder}; run npm install there.`);
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
  program.once("error", (error) => done(`Running the program failed: ${error.message}`));
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

/** Returns the arguments in the order of the official host. Empty values are omitted. */
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

/** Ends this process when its parent changes, which is the only sign of a killed engine. */
function endWithEngine(): void {
  const engine = process.ppid;
  process.on("exit", () => programs.forEach((program) => program.kill("SIGKILL")));
  setInterval(() => process.ppid !== engine && process.exit(1), parentCheckMs);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
