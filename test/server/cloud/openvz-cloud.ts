import pino from "pino";
import type { MethodParameters } from "../../../protocol/method-table";
import { type Cloud, openCloud } from "../../../server/cloud/cloud";
import { createOpenvzDriver } from "../../../server/driver/openvz/openvz-driver";
import { FakeOpenvz, imageName } from "../../fakes/openvz/install";

/** What a cloud over a fake host makes, which has no SSH to wait for. */
export const wanted = {
  image: imageName,
  waitFor: "running",
} as const satisfies MethodParameters<"instance.create">;

/** Opens a cloud over a fake host, with its state beside it. */
export async function openOpenvzCloud(root: string): Promise<Cloud> {
  const { places, stateFolder } = FakeOpenvz.at(root);
  return await openCloud({
    ...{ stateFolder, range: { first: "198.18.0.2", last: "198.18.0.30" }, nat: false, driver: "openvz" },
    ...{ commandTimeoutMs: 20_000, version: "0.0.0", log: pino({ level: "silent" }) },
    loadDriver: (_name, options) => createOpenvzDriver(options, places),
  });
}
