import { chmod, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { MccError, messageOf } from "../../protocol/error";

/** The newest version of the module that resolves everywhere. The file `go.mod` pins it and its dependencies. */
export const builtVersion = "3.230.0";

/** The folder of `go.mod`, which is in the source folder. */
const moduleFolder = join(__dirname, "..", "..", "..", "quickstart", "pulumi-cli");
const command = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const progressEveryMs = 10_000;

/** Returns the version, such as `go1.26.8`, or undefined if Go is not installed. */
export async function goVersion(): Promise<string | undefined> {
  const { stdout, failed } = await execa("go", ["env", "GOVERSION"], { reject: false });
  return failed ? undefined : stdout.trim();
}

/**
 * Builds the CLI into `<folder>/bin`, and adds this project's language host and the SDK's script for dynamic providers.
 * The build takes two minutes on two cores.
 */
export async function buildFromModule(folder: string, say: (text: string) => void): Promise<void> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await compile(join(bin, "pulumi"), say);
  const sdkFolder = dirname(require.resolve("@pulumi/pulumi/package.json"));
  await copyExecutable(join(__dirname, "language-host.js"), join(bin, "pulumi-language-nodejs"));
  await copyExecutable(
    join(sdkFolder, "pulumi-resource-pulumi-nodejs"),
    join(bin, "pulumi-resource-pulumi-nodejs"),
  );
}

async function compile(binary: string, say: (text: string) => void): Promise<void> {
  const flags = `-s -w -X ${versionVariable}=v${builtVersion}`;
  const build = execa("go", ["build", "-v", "-o", binary, "-ldflags", flags, command], {
    cwd: moduleFolder,
    env: { CGO_ENABLED: "0" },
    stdout: "ignore",
  });
  const startedAt = Date.now();
  let packages = 0;
  let lastLine = "";
  createInterface({ input: build.stderr }).on("line", (line) => {
    packages++;
    lastLine = line;
  });
  const ticker = setInterval(
    () => say(`building, ${packages} packages in ${Math.round((Date.now() - startedAt) / 1000)} s`),
    progressEveryMs,
  );
  try {
    await build;
  } catch (error) {
    throw new MccError(
      "unavailable",
      `Building the Pulumi CLI from its Go module failed: ${lastLine || messageOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    clearInterval(ticker);
  }
}

async function copyExecutable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}
