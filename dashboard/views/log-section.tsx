import { useCallback, useEffect, useState } from "preact/hooks";
import type { Instance, InstanceLogResult } from "../../protocol/types/instance";
import { DaemonError } from "../connection/requests";
import type { CloudView } from "../state/cloud-view";

interface LogProperties {
  readonly instance: Instance;
  readonly cloud: CloudView;
  readonly isAllowed: boolean;
}

const whileRunningMs = 2000;

/** The output of the script that the instance ran after its start. */
export function LogSection({ instance, cloud, isAllowed }: LogProperties) {
  const [log, setLog] = useState<InstanceLogResult | undefined>();
  const [problem, setProblem] = useState("");
  const { id, uid, status } = instance;
  const load = useCallback(async () => {
    try {
      setLog(await cloud.calls.one("instance.log", { instance: id, uid }));
      setProblem("");
    } catch (error) {
      const isMissing = error instanceof DaemonError && error.code === "not-found";
      setProblem(isMissing ? "" : error instanceof Error ? error.message : String(error));
    }
  }, [cloud, id, uid]);
  useEffect(() => {
    if (isAllowed) {
      void load();
    }
  }, [load, isAllowed, status]);
  const isRunning = log?.running === true;
  useEffect(() => {
    if (!isRunning) {
      return undefined;
    }
    const timer = setInterval(() => void load(), whileRunningMs);
    return () => clearInterval(timer);
  }, [isRunning, load]);
  return (
    <section aria-labelledby="log">
      <h2 id="log">Log of userData</h2>
      {!isAllowed && <p class="hint">Your role may not read the output of programs in instances.</p>}
      {problem !== "" && <p class="hint">{problem}</p>}
      {isAllowed && log === undefined && problem === "" && <p class="hint">The instance has no such log.</p>}
      {log !== undefined && (
        <>
          <p class="hint">
            {log.running
              ? "The script runs."
              : log.exitCode === undefined
                ? "The script did not end by itself."
                : `The script ended with the exit code ${log.exitCode}.`}
            {log.truncated ? " Earlier output is left out." : ""}
          </p>
          <pre class="output" tabIndex={0} role="region" aria-label="Output of userData">
            {textOf(log.output)}
          </pre>
          <button type="button" onClick={() => void load()}>
            Load the log again
          </button>
        </>
      )}
    </section>
  );
}

/** Returns the text of the output, without the codes that are for terminals. */
function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new TextDecoder()
    .decode(bytes)
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}
