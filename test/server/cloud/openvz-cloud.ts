import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import pino from "pino";
import type { MethodParameters } from "../../../protocol/methods/method-table";
import { type Cloud } from "../../../server/cloud/cloud";
import { openCloud } from "../../../server/cloud/open-cloud";
import { createOpenvzDriver } from "../../../server/driver/openvz/driver";
import type { Behaviour, Fault } from "../../fakes/openvz/behaviour";
import { FakeOpenvz, imageName } from "../../fakes/openvz/install";
import { fakeHosts } from "../../fakes/openvz/suite";
import { eventually } from "../../support/time/eventually";

/** The parameters of instances on a fake host. Its image has no SSH server to wait for. */
export const wanted = { image: imageName } as const satisfies MethodParameters<"instance.create">;

/** The work of a victim. */
export type Work = "create" | "destroy" | "take-over";

/** A fake host for each test, with clouds and victims on it. */
export interface FakeClouds {
  readonly host: () => FakeOpenvz;
  readonly open: () => Promise<Cloud>;
  readonly closeAll: () => Promise<void>;
  /** Starts another daemon, and kills it when its engine command waits at this point. */
  readonly killAt: (work: Work, point: Pick<Fault, "at" | "word">) => Promise<void>;
  /**
   * Starts another daemon that kills itself immediately before the nth change of its state folder.
   *
   * @returns true if it killed itself, and false if it completed its work.
   */
  readonly dieBefore: (work: Work, change: number) => Promise<boolean>;
}

/** Opens a cloud over a fake host, with its state next to it. */
export async function openOpenvzCloud(root: string): Promise<Cloud> {
  const { places, stateFolder } = FakeOpenvz.at(root);
  return await openCloud({
    stateFolder,
    range: { first: "198.18.0.2", last: "198.18.0.30" },
    nat: false,
    driver: "openvz",
    commandTimeoutMs: 20_000,
    version: "0.0.0",
    log: pino({ level: "silent" }),
    loadDriver: (_name, options) => createOpenvzDriver(options, places),
  });
}

/** Gives each test of the calling suite a fake host, and closes the clouds on it afterwards. */
export function fakeClouds(behaviour: Partial<Behaviour>): FakeClouds {
  const clouds: Cloud[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(clouds.splice(0).map((cloud) => cloud.close()));
  };
  const host = fakeHosts(behaviour, closeAll);
  const startVictim = (...words: readonly string[]): ChildProcess =>
    spawn(process.execPath, [join(__dirname, "openvz-victim.js"), host().root, ...words], {
      stdio: ["ignore", "inherit", "inherit"],
    });
  return {
    host,
    closeAll,
    open: async () => {
      const cloud = await openOpenvzCloud(host().root);
      clouds.push(cloud);
      return cloud;
    },
    killAt: async (work, point) => {
      host().behave({ faults: [{ ...point, waits: true, times: 1 }] });
      const victim = startVictim(work, "stay");
      await eventually(() => host().waitsAt(point.at), `"${point.at}" is reached`);
      victim.kill("SIGKILL");
      await once(victim, "exit");
    },
    dieBefore: async (work, change) => {
      const victim = startVictim(work, String(change));
      await once(victim, "exit");
      const { exitCode, signalCode } = victim;
      assert.ok(exitCode === 0 || signalCode === "SIGKILL", `it ended with ${exitCode ?? signalCode}`);
      return signalCode === "SIGKILL";
    },
  };
}
