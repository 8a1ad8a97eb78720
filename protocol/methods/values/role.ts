import type { Role } from "../../types/access-token";

export type { Role };

/** The roles of access tokens, from most rights to fewest. */
export const roles = ["admin", "user", "reader"] as const satisfies readonly Role[];

/** For methods that change nothing, and return no output of programs in instances. */
export const everyRole: readonly Role[] = roles;
/** For methods that change something or run commands. A `user` may call them for its own objects. */
export const rolesThatChange: readonly Role[] = ["admin", "user"];
/** For methods that concern the whole daemon or its host. */
export const adminOnly: readonly Role[] = ["admin"];
