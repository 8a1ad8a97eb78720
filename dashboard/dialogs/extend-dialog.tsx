import { useState } from "preact/hooks";
import { durationForm, durationSeconds, formatDuration } from "../../protocol/duration";
import { announce } from "../state/announcements";
import type { CloudView } from "../state/cloud-view";
import { Button } from "../views/button";
import { Dialog } from "./dialog";
import type { Subject } from "./subject";
import { useWork } from "./use-work";

interface ExtendProperties {
  readonly cloud: CloudView;
  readonly subject: Subject;
  readonly onClose: () => void;
}

/** Asks for the time that an instance or a fleet has from now on. */
export function ExtendDialog({ cloud, subject, onClose }: ExtendProperties) {
  const { kind, one } = subject;
  const [time, setTime] = useState(
    one.ttlSeconds === undefined ? "1h" : formatDuration(one.ttlSeconds).replaceAll(" ", ""),
  );
  const { isBusy, problem, run } = useWork();
  const send = (event: Event): void => {
    event.preventDefault();
    run(async () => {
      const ttlSeconds = durationSeconds(time.replaceAll(" ", ""));
      if (ttlSeconds === undefined) {
        throw new Error(`"${time}" is not a time: ${durationForm}.`);
      }
      const { uid, name } = one;
      await (kind === "instance"
        ? cloud.calls.one("instance.extend", { instance: one.id, uid, ttlSeconds })
        : cloud.calls.one("fleet.extend", { fleet: name, uid, ttlSeconds }));
      cloud.reload();
      announce(`${name} has ${formatDuration(ttlSeconds)} from now on.`);
      onClose();
    });
  };
  return (
    <Dialog title={`Extend ${kind === "fleet" ? "the fleet " : ""}${one.name}`} onClose={onClose}>
      <form onSubmit={send}>
        <label for="extend-time">Time to live from now on</label>
        <input
          id="extend-time"
          value={time}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="extend-help extend-problem"
          aria-invalid={problem !== ""}
          onInput={(event) => setTime(event.currentTarget.value)}
        />
        <p id="extend-help" class="hint">
          Such as 45m, 2h or 1d. The {kind} is destroyed after it.
        </p>
        <p id="extend-problem" role="alert" class="problem">
          {problem}
        </p>
        <p class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <Button type="submit" class="primary" isUsable={!isBusy}>
            Extend
          </Button>
        </p>
      </form>
    </Dialog>
  );
}
