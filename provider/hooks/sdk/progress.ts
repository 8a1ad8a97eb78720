import { logToEngine } from "./engine-log";

const intervalMs = 1000;

/**
 * Shows in the resource's own row how things stand, once a second. It disappears with the next line, and what
 * goes wrong with it does not matter.
 *
 * @returns ends it, with a last text where there was one before.
 */
export function reportProgress(urn: string, text: () => string): (last: string) => void {
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    show(urn, text());
  }, intervalMs).unref();
  return (last) => {
    clearInterval(timer);
    if (shown) {
      show(urn, last);
    }
  };
}

function show(urn: string, message: string): void {
  void logToEngine({ urn, message, severity: "INFO", ephemeral: true });
}
