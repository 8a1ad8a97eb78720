import { readdirSync, readFileSync } from "node:fs";
import { hasErrno } from "../../../../../protocol/errno";
import type { ContainerPlace, Place } from "../../place";

/** Returns the containers that have a folder. */
export function containersIn(place: Place): ContainerPlace[] {
  return entries(place.containers).flatMap((name) => {
    const id = place.idOf(name);
    return id === undefined ? [] : place.container(id);
  });
}

/** Returns the text of a container's file; empty for a file that is missing. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "EISDIR")) {
      return "";
    }
    throw error;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) {
      return [];
    }
    throw error;
  }
}
