import assert from "node:assert/strict";
import { choose, readSettings } from "../../../../provider/hooks/sdk/connection";

describe("the choice of a daemon", () => {
  const none = { ca: undefined, certificate: undefined, certificateKey: undefined };
  const configured = { server: "lab:8080", token: "configured", ...none };
  const trusting = {
    server: "https://lab:8080",
    ca: "lab.pem",
    certificate: "me.pem",
    certificateKey: "me-key.pem",
  };
  const rows = [
    { what: "the configuration", configured, environment: {}, chosen: configured },
    {
      what: "MCC_TOKEN",
      configured,
      environment: { MCC_TOKEN: "t" },
      chosen: { server: "lab:8080", token: "t", ...none },
    },
    {
      what: "MCC_SERVER without the token that is configured for another server",
      configured,
      environment: { MCC_SERVER: "home:8080" },
      chosen: { server: "home:8080", token: undefined, ...none },
    },
    {
      what: "MCC_SERVER with the token that is configured without a server",
      configured: { token: "configured" },
      environment: { MCC_SERVER: "home:8080" },
      chosen: { server: "home:8080", token: "configured", ...none },
    },
    {
      what: "no settings",
      configured: {},
      environment: {},
      chosen: { server: undefined, token: undefined, ...none },
    },
    {
      what: "configured certificates",
      configured: trusting,
      environment: {},
      chosen: { ...trusting, token: undefined },
    },
    {
      what: "MCC_SERVER without the certificates that are configured for another server",
      configured: trusting,
      environment: { MCC_SERVER: "https://home:8080", MCC_CA: "home.pem" },
      chosen: { server: "https://home:8080", token: undefined, ...none, ca: "home.pem" },
    },
    {
      what: "MCC_CERTIFICATE and MCC_CERTIFICATE_KEY",
      configured: trusting,
      environment: { MCC_CERTIFICATE: "c", MCC_CERTIFICATE_KEY: "k" },
      chosen: { ...trusting, token: undefined, certificate: "c", certificateKey: "k" },
    },
  ];
  for (const { what, configured: settings, environment, chosen } of rows) {
    it(`follows ${what}`, () => assert.deepEqual(choose(settings, environment), chosen));
  }

  it("reads each setting by its name", () => {
    const values: Record<string, string> = { server: "s", token: "t", ca: "a", certificate: "c" };
    assert.deepEqual(
      readSettings((name) => values[name]),
      { ...values, certificateKey: undefined },
    );
  });
});
