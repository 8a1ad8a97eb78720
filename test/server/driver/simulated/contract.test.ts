import { createSimulatedDriver } from "../../../../server/driver/simulated/driver";
import { perTest } from "../../../support/per-test";
import { withClaimedContainers } from "../claimed-containers";
import { describeDriverContract, type EngineUnderTest } from "../contract";
import { driverOptions } from "../driver-options";

/** The engine is the driver itself: nothing outlives it, and nothing of it is on the host. */
const engines = (): (() => EngineUnderTest) =>
  perTest(async () => {
    const driver = createSimulatedDriver(driverOptions("/nonexistent"));
    await driver.open();
    return { driver, nextDriver: () => driver, tarball: "/nonexistent/micro.tar" };
  });

describeDriverContract("simulated", engines);

describeDriverContract("simulated, with claimed containers", () => {
  const engine = engines();
  return () => ({ ...engine(), driver: withClaimedContainers(engine().driver) });
});
