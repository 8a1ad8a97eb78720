import { formatDuration } from "../../protocol/duration";
import { quotaAmounts, sizeLimits } from "../../protocol/quota-amounts";
import type { Quota } from "../../protocol/types/quota";

interface HasQuota {
  readonly quota?: Quota | undefined;
}

/** The columns of quotas, each shown if an account has such a limit. */
export const quotaColumns = [
  ...sizeLimits.map((limit) => ({
    heading: quotaAmounts[limit].heading,
    text: ({ quota }: HasQuota): string => {
      const most = quota?.limits[limit];
      return most === undefined ? "-" : `${usedOf(quota, limit)}/${quotaAmounts[limit].format(most)}`;
    },
    neededBy: ({ quota }: HasQuota): boolean => quota?.limits[limit] !== undefined,
  })),
  {
    heading: "TTL",
    text: ({ quota }: HasQuota): string => ttlTexts(quota).join(", ") || "-",
    neededBy: ({ quota }: HasQuota): boolean => ttlTexts(quota).length > 0,
  },
];

/** Returns each limit in words, with what the account has: `3 of 4 instances`. */
export function quotaTexts(quota: Quota | undefined): string[] {
  const sizes = sizeLimits.flatMap((limit) => {
    const most = quota?.limits[limit];
    const { format, noun } = quotaAmounts[limit];
    return most === undefined ? [] : [`${usedOf(quota, limit)} of ${format(most)} ${noun}`];
  });
  const ttls = ttlTexts(quota);
  return ttls.length === 0 ? sizes : [...sizes, `TTL ${ttls.join(", ")}`];
}

function usedOf(quota: Quota | undefined, limit: (typeof sizeLimits)[number]): string {
  const used = quota?.used[limit];
  return used === undefined ? "unlimited" : quotaAmounts[limit].format(used);
}

function ttlTexts(quota: Quota | undefined): string[] {
  const { maxTtlSeconds: most, defaultTtlSeconds: usual } = quota?.limits ?? {};
  return [
    ...(usual === undefined ? [] : [formatDuration(usual)]),
    ...(most === undefined ? [] : [`${formatDuration(most)} at most`]),
  ];
}
