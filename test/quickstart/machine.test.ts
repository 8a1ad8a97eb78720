import sinon from "sinon";
import { checkMachine } from "../../quickstart/machine";
import { assertMccError } from "../support/assert-error";

describe("the check for real hosts", () => {
  afterEach(() => sinon.restore());

  it("names the missing requirement and the alternative", async () => {
    sinon.stub(process, "getuid").returns(1000);
    await assertMccError(
      checkMachine(),
      "unavailable",
      /root, to create bridges.* npm run quickstart -- --driver simulated/,
    );
  });
});
