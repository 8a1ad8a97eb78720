/** The suite of each release that goes by a number: the image `debian-12` is made of `bookworm`. */
export const suites: Readonly<Record<string, string>> = {
  "debian-11": "bullseye",
  "debian-12": "bookworm",
  "debian-13": "trixie",
};
