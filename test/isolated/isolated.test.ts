import sinon from "sinon";
import { runIsolated } from "../../isolated/isolated";
import { assertMccError } from "../support/assert-error";

describe("running a command isolated", () => {
  afterEach(() => sinon.restore());

  it("asks for root", async () => {
    sinon.stub(process, "getuid").returns(1000);
    await assertMccError(runIsolated(["true"]), "unavailable", /Only root can create the namespaces/);
  });
});
