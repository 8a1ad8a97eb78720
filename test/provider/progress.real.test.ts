import { HoldingProxy } from "../support/daemons/holding-proxy";
import { testDaemons } from "../support/daemons/test-daemon";
import { pulumiStacks } from "../support/pulumi/pulumi-stack";
import { eventually } from "../support/time/eventually";

describe("the progress of a creation", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();

  it("appears in the row of the resource", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    const proxy = new HoldingProxy(daemon.url);
    await proxy.start();
    const stack = await newStack();
    stack.use(daemon);
    Object.assign(stack.environment, { MCC_SERVER: proxy.url, MCC_TOKEN: await daemon.token() });
    await stack.program(`new Instance("web", { ipAddress: "198.18.0.9" });`);

    const answered = proxy.holdAnswer("instance.wait");
    const up = stack.start("up", "--yes", "--skip-preview");
    let output = "";
    up.all.on("data", (text: Buffer) => {
      output += text.toString();
    });
    await answered;
    await eventually(
      () => /Instance web creating \(\d+s\) 198\.18\.0\.9 is pending/.test(output),
      "the row says how things stand",
    );
    proxy.release();
    await up;
    await stack.destroy();
    await proxy.stop();
  });
});
