import { createSimulatedDriver } from "../../../../server/driver/simulated/driver";
import { perTest } from "../../../support/per-test";
import { describeDriverContract } from "../contract";
import { driverOptions } from "../driver-options";

/** The engine is the driver itself: nothing outlives it, and nothing of it is on the host. */
describeDriverContract("simulated", () =>
  perTest(async () => {
    const driver = createSimulatedDriver(driverOptions("/nonexistent"));
    await driver.open();
    return { driver, nextDriver: () => driver, tarball: "/nonexistent/micro.tar" };
  }),
);
