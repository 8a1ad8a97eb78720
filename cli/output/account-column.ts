import { adminAccount } from "../../protocol/methods/access-token";

interface Accounted {
  readonly account?: string | undefined;
}

/** The column with whose an object is. It is shown if any object is not the local admin's. */
export const accountColumn = {
  heading: "ACCOUNT",
  text: ({ account }: Accounted): string => account ?? adminAccount,
  neededBy: ({ account }: Accounted): boolean => (account ?? adminAccount) !== adminAccount,
  cuts: true,
  yields: true,
} as const;
