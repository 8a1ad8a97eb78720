import { useState } from "preact/hooks";

interface Work {
  readonly isBusy: boolean;
  /** Why the last try failed; empty if it did not. */
  readonly problem: string;
  readonly run: (work: () => Promise<void>) => void;
}

/** Runs what the button of a dialog starts, and keeps its error. */
export function useWork(): Work {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const run = (work: () => Promise<void>): void => {
    setIsBusy(true);
    setProblem("");
    work().catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    });
  };
  return { isBusy, problem, run };
}
