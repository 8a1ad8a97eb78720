import assert from "node:assert/strict";
import { choose } from "../../../../provider/hooks/sdk/connection";

describe("the choice of a daemon", () => {
  const configured = { server: "lab:8080", token: "configured" };
  const rows = [
    { what: "the configuration", configured, environment: {}, chosen: configured },
    {
      what: "MCC_TOKEN",
      configured,
      environment: { MCC_TOKEN: "t" },
      chosen: { server: "lab:8080", token: "t" },
    },
    {
      what: "MCC_SERVER without the token that is configured for another server",
      configured,
      environment: { MCC_SERVER: "home:8080" },
      chosen: { server: "home:8080", token: undefined },
    },
    {
      what: "MCC_SERVER with the token that is configured without a server",
      configured: { token: "configured" },
      environment: { MCC_SERVER: "home:8080" },
      chosen: { server: "home:8080", token: "configured" },
    },
    { what: "no settings", configured: {}, environment: {}, chosen: { server: undefined, token: undefined } },
  ];
  for (const { what, configured: settings, environment, chosen } of rows) {
    it(`follows ${what}`, () => assert.deepEqual(choose(settings, environment), chosen));
  }
});
