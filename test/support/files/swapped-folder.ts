import promises from "node:fs/promises";
import sinon from "sinon";

/**
 * Lets `lstat` of a path show a folder, although a link is there: as if the folder was replaced after it was checked.
 * `sinon.restore` ends it.
 *
 * @param isMeant decides by the path.
 * @param folder is shown in its place.
 */
export function swapAfterCheck(isMeant: (path: string) => boolean, folder: string): void {
  const original = promises.lstat as (path: unknown) => Promise<unknown>;
  sinon.replace(
    promises,
    "lstat",
    (async (path: unknown) => await original(isMeant(String(path)) ? folder : path)) as never,
  );
}
