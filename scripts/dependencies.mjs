import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, run } from "./checkout.mjs";

const oldestNode = [20, 19];

/** Installs the packages of package-lock.json, unless they are installed. @throws Error with one line. */
export function installDependencies() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Error(
      `Node ${process.versions.node} is too old; install Node ${oldestNode.join(".")} or later.`,
    );
  }
  if (!areInstalled()) {
    console.error("npm packages: installing the packages of package-lock.json");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
}

/** Tells whether npm's own record of the packages in `node_modules` matches the lock file. */
function areInstalled() {
  const wanted = packagesIn(join(checkout, "package-lock.json"));
  const present = packagesIn(join(checkout, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || (present[path] ? present[path].version === version : optional === true),
  );
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") {
      return {};
    }
    throw error;
  }
}
