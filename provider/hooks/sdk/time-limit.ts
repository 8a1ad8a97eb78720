import { MccError } from "../../../client";

/**
 * What the work comes to, if it does so in time.
 *
 * @param seconds none for no limit.
 * @param what begins the message: `Destroying instance 500 (web)`.
 * @throws MccError `timeout`; the daemon goes on with it.
 */
export async function withinTimeout<T>(
  seconds: number | undefined,
  what: string,
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
          `${what} takes longer than the ${seconds} s of its timeouts. The server goes on with it; run the same again, or allow more.`,
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
