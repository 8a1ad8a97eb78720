import { command } from "../../command";
import { requireAccessTokens } from "../../find/require-access-tokens";
import { readText } from "../../parameters/read-text";
import { tokenName } from "../../parameters/token-name";
import { flag, text } from "../../parameters/values";

export const setCertificate = command({
  name: "set-certificate",
  summary: "Accept a client certificate in place of the text of an access token",
  options: {
    certificate: {
      syntax: "--certificate <FILE>",
      help: "the certificate in PEM, which may be self-signed; - reads standard input",
      value: text.optional(),
      names: ["file"],
    },
    remove: { syntax: "--remove", help: "accept none any more", value: flag, excludes: ["certificate"] },
  },
  arguments: { name: tokenName },
  examples: [
    [
      "set-certificate ci --certificate ci.pem",
      "let a program that has the key of this certificate act as ci",
    ],
    ["set-certificate ci --remove", "accept only the text again"],
  ],
  check: ({ certificate, remove }) =>
    certificate === undefined && !remove ? ["give --certificate with a file, or --remove"] : [],
  run: async ({ name, certificate: path }, io) => {
    const client = io.connect();
    await requireAccessTokens(client);
    const pem =
      path === undefined
        ? undefined
        : await readText(
            io,
            path,
            (reason) =>
              `Reading the certificate "${path}" failed (${reason}); give the path of a file in PEM.`,
          );
    const { certificate } = await client.call("accessToken.setCertificate", { name, certificate: pem });
    io.note(
      certificate === undefined
        ? `${name} has no client certificate.`
        : `${name} has the client certificate ${certificate.fingerprint}, which expires at ${certificate.expiresAt}.`,
    );
  },
});
