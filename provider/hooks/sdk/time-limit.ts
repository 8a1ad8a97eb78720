import { MccError } from "../../../client";

/**
 * Returns the result of the work, if it ends within the limit.
 *
 * @param seconds the limit. Undefined for no limit.
 * @param exceeded the start of the message: `Destroying instance 500 (web) exceeded timeouts.delete`.
 * @throws MccError `timeout`. The daemon continues the work.
 */
export async function withinTimeout<T>(
  seconds: number | undefined,
  exceeded: string,
  work: Promise<T>,
): Promise<T> {
  if (seconds === undefined) {
    return await work;
  }
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new MccError(
          "timeout",
          `${exceeded} (${seconds} s). The server continues; run the same command again, or raise the timeout.`,
        ),
      );
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
