import { accessTokenNameSchema } from "../../protocol/methods/access-token";

/** The name of one access token. */
export const tokenName = {
  syntax: "<NAME>",
  help: "name of the token, which is also the account of what it creates",
  value: accessTokenNameSchema,
} as const;
