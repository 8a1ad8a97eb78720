/**
 * The values in the permitted commands, as extended regular expressions of POSIX that JavaScript reads in the same way,
 * except for `[:cntrl:]`: see `permits`. sudo compares them with all words of a command, joined by spaces. Therefore no value may contain a space in front of a
 * dash, with which another option would begin.
 */
export const values = {
  /** The ids of instances begin at 500; those of other programs are usually lower, and stay out of reach. */
  number: "([5-9][0-9]{2}|[1-9][0-9]{3,6})",
  uuid: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
  name: "[A-Za-z0-9][A-Za-z0-9_.-]*",
  image: "\\.?[A-Za-z0-9][A-Za-z0-9_.+-]*",
  ipv4: "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
  address: "[0-9A-Fa-f.:]+",
  hardwareAddress: "[0-9a-f]{2}(:[0-9a-f]{2}){5}",
  amount: "([0-9]+|unlimited)",
  limits: "([0-9]+|unlimited)(:([0-9]+|unlimited))?",
  device: "[A-Za-z0-9][A-Za-z0-9_.-]*",
  hex32: "[0-9a-f]{32}",
  hex16: "[0-9a-f]{16}",
  /** Not 1: as the id of a group, the kernel reads -1 as all processes of the host. */
  pid: "([2-9]|[1-9][0-9]+)",
  /**
   * Any text in which no word begins with a dash. vzctl writes it into its configuration as it is, so that a line end would
   * begin a setting there, such as the folder of the container's files.
   */
  text: "([^[:cntrl:] -][^[:cntrl:] ]*)?( ([^[:cntrl:] -][^[:cntrl:] ]*)?)*",
} as const;
