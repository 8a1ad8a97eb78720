import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "../connection/requests";
import type { CloudView } from "../state/cloud-view";
import { useValue } from "../state/observable";
import { route } from "../state/route";
import { DestroyDialog } from "./destroy-dialog";
import { ExtendDialog } from "./extend-dialog";
import type { Subject } from "./subject";

interface Opening {
  readonly extend: (subject: Subject) => void;
  readonly destroy: (subject: Subject) => void;
}

const context = createContext<Opening>({ extend: () => undefined, destroy: () => undefined });

/** Returns the functions that open a dialog. */
export function useDialogs(): Opening {
  return useContext(context);
}

interface DialogsProperties {
  readonly session: Session;
  readonly cloud: CloudView;
  readonly children: ComponentChildren;
}

/** Shows the dialogs that its children open, until the user goes to another view. */
export function Dialogs({ cloud, children }: DialogsProperties) {
  const [open, setOpen] = useState<{ which: "extend" | "destroy"; subject: Subject } | undefined>();
  const opening = useMemo<Opening>(
    () => ({
      extend: (subject) => setOpen({ which: "extend", subject }),
      destroy: (subject) => setOpen({ which: "destroy", subject }),
    }),
    [],
  );
  const close = (): void => setOpen(undefined);
  const { view, id } = useValue(route);
  useEffect(close, [view, id]);
  return (
    <context.Provider value={opening}>
      {children}
      {open?.which === "extend" && <ExtendDialog cloud={cloud} subject={open.subject} onClose={close} />}
      {open?.which === "destroy" && <DestroyDialog cloud={cloud} subject={open.subject} onClose={close} />}
    </context.Provider>
  );
}
