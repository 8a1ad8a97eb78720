import { Observable } from "./observable";

/** What a screen reader says, because something changed elsewhere than at the focus. */
export const announcement = new Observable("");

const pauseMs = 1500;
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Announces a sentence. Many of them in a short time become one that counts them. */
export function announce(sentence: string): void {
  waiting.push(sentence);
  timer ??= setTimeout(() => {
    const sentences = waiting;
    waiting = [];
    timer = undefined;
    announcement.set(sentences.length > 3 ? `${sentences.length} changes.` : sentences.join(" "));
  }, pauseMs);
}
