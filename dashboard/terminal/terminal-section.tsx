import { useState } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { Calls } from "../connection/calls";
import { TerminalPanel } from "./terminal-panel";

interface SectionProperties {
  readonly instance: Instance;
  readonly calls: Calls;
  readonly isAllowed: boolean;
}

/** The terminal of an instance, which is opened by a button. */
export function TerminalSection({ instance, calls, isAllowed }: SectionProperties) {
  const [opened, setOpened] = useState(0);
  const isRunning = instance.status === "running";
  return (
    <section aria-labelledby="terminal">
      <h2 id="terminal">Terminal</h2>
      {!isAllowed && <p class="hint">Only the owner of the instance and admins can open a terminal.</p>}
      {isAllowed && opened === 0 && (
        <>
          <button type="button" disabled={!isRunning} onClick={() => setOpened(1)}>
            Open a terminal
          </button>
          {!isRunning && <p class="hint">The instance must be running.</p>}
        </>
      )}
      {opened > 0 && (
        <TerminalPanel
          key={opened}
          instance={instance}
          calls={calls}
          onClose={() => setOpened(0)}
          onAgain={() => setOpened(opened + 1)}
        />
      )}
    </section>
  );
}
