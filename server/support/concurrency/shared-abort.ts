import { setMaxListeners } from "node:events";

/** Returns a controller whose signal any number of listeners may follow. Node warns of a leak when others have more than ten. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
