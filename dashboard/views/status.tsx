/** A status as a word with a mark. The colour adds nothing that the word does not say. */
export function Status({ status }: { status: string }) {
  return <span class={`status status-${status}`}>{status}</span>;
}
