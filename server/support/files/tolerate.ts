/** Returns the promise's value; undefined if the system refused it for one of these reasons, such as `ENOENT`. */
export async function tolerate<T>(reasons: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && reasons.includes(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}
