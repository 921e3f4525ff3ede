/** Dead letters as they are looked for and counted. */
import type { LetterView } from '../../admin/client.ts'

/** Those in which what was typed stands: the service, the queue, the reason or an id. */
export function lettersAmong(letters: readonly LetterView[], typed: string): readonly LetterView[] {
  const wanted = typed.trim().toLowerCase()
  if (wanted === '') return letters
  return letters.filter(({ id, messageId, queue, subject, to, reason }) =>
    [id, messageId, queue, subject, to, reason].some((text) => text?.toLowerCase().includes(wanted)),
  )
}

/** How many died of each reason, the most first. */
export function reasonsOf(letters: readonly LetterView[]): [reason: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1))
}
