/** Returns the first label of a host name that is longer than the kernel's limit: 64 characters, uname(2). */
export function kernelHostname(hostname: string): string {
  return hostname.length > 64 ? (hostname.split(".")[0] ?? hostname) : hostname;
}
