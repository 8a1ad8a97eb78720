import { Observable } from "./observable";

/** The time in milliseconds, to the second. Only what shows a time follows it. */
export const clock = new Observable(Date.now());

setInterval(() => clock.set(Date.now()), 1000);
