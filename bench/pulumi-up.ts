import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { findPulumiCli } from "../quickstart/pulumi-cli/pulumi-cli";
import type { BenchDaemon } from "./bench-daemon";
import { type Comparison, seconds } from "./measurement";

const count = 100;
const goal = 1.25;
const checkout = join(__dirname, "..", "..");

/** `pulumi up` of instances, beside one of as many dynamic resources that do nothing. */
export async function comparePulumiUp(daemon: BenchDaemon, rounds: number): Promise<Comparison[]> {
  const [nothing, instances] = [await openStack(daemon, "nothing"), await openStack(daemon, "instances")];
  const [peer, ours]: number[][] = [[], []];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [stack, times] of [
        [nothing, peer],
        [instances, ours],
      ] as const) {
        times?.push(await seconds(() => stack("up", "--yes", "--skip-preview")));
        await stack("destroy", "--yes", "--skip-preview");
      }
    }
  } finally {
    // With it goes its settings file, which pulumi keeps beside the program.
    await nothing("stack", "rm", "--yes", "--force");
    await instances("stack", "rm", "--yes", "--force");
  }
  return [
    {
      title: `pulumi up of ${count} instances, beside one of ${count} dynamic resources that do nothing`,
      ours: ours ?? [],
      peer: peer ?? [],
      goal,
    },
  ];
}

type Stack = (...words: string[]) => Promise<unknown>;

/** Inside the checkout, where programs find the SDK and this package; its state is the bench's own. */
async function openStack({ folder, environment }: BenchDaemon, program: string): Promise<Stack> {
  const cli = await findPulumiCli();
  if (cli === undefined) {
    throw new Error('no Pulumi CLI was found; "npm run quickstart -- --prepare" gets one');
  }
  const home = join(folder, `pulumi-${program}`);
  await mkdir(join(home, "backend"), { recursive: true });
  const stack: Stack = (...words) =>
    execa("pulumi", [...words, "--non-interactive"], {
      cwd: join(checkout, "bench", "programs", program),
      env: {
        ...environment,
        PATH: `${cli.binFolder}:${process.env.PATH}`,
        PULUMI_HOME: home,
        PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        MINICLOUD_BENCH_COUNT: String(count),
      },
    });
  await stack("stack", "init", "bench");
  return stack;
}
