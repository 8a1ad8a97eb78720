import { logToEngine } from "./engine-log";

const intervalMs = 1000;

/**
 * Shows the progress in the resource's row once a second. The next message replaces it. Failures are ignored.
 *
 * @returns a function that stops it, with a last text if a text was shown.
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
