/** The suite of each numbered release. The image `debian-12` contains `bookworm`. */
export const suites: Readonly<Record<string, string>> = {
  "debian-11": "bullseye",
  "debian-12": "bookworm",
  "debian-13": "trixie",
};
