import sinon from "sinon";
import { checkMachine } from "../../quickstart/machine";
import { assertMccError } from "../support/assert-error";

describe("whether a machine can have real hosts", () => {
  afterEach(() => sinon.restore());

  it("names what is missing, and the way without", async () => {
    sinon.stub(process, "getuid").returns(1000);
    await assertMccError(
      checkMachine(),
      "unavailable",
      /root, to create bridges.* npm run quickstart -- --driver simulated/,
    );
  });
});
