import { announce } from "../state/announcements";
import type { CloudView } from "../state/cloud-view";
import { Button } from "../views/button";
import { Dialog } from "./dialog";
import type { Subject } from "./subject";
import { useWork } from "./use-work";

interface DestroyProperties {
  readonly cloud: CloudView;
  readonly subject: Subject;
  readonly onClose: () => void;
}

/** Asks before an instance or a fleet is destroyed. */
export function DestroyDialog({ cloud, subject, onClose }: DestroyProperties) {
  const { kind, one } = subject;
  const { isBusy, problem, run } = useWork();
  const destroy = async (): Promise<void> => {
    const { uid, name } = one;
    await (kind === "instance"
      ? cloud.calls.one("instance.destroy", { instance: one.id, uid })
      : cloud.calls.one("fleet.destroy", { fleet: name, uid }));
    cloud.reload();
    announce(`${name} is destroyed.`);
    onClose();
  };
  const what =
    kind === "instance" ? `the instance ${one.id}` : `the fleet with ${one.counts.wanted} instances`;
  return (
    <Dialog title={`Destroy ${kind === "fleet" ? "the fleet " : ""}${one.name}?`} onClose={onClose}>
      <p>This ends {what}, and removes its files. It cannot be undone.</p>
      <p role="alert" class="problem">
        {problem}
      </p>
      <p class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Button class="danger" isUsable={!isBusy} onClick={() => run(destroy)}>
          {isBusy ? "Destroying…" : "Destroy"}
        </Button>
      </p>
    </Dialog>
  );
}
