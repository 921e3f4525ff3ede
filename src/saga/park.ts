/** A saga that stands still until somebody decides: visible, and for as long as it takes. */
import type { Patience, Steps } from './steps.ts'

/** The type of the event that decides. Its payload is `retry` or `skip`. */
export const DECISION = 'selvedge-decision'

/** `retry`: try it again. `skip`: go on as if it were done. */
export type Decision = 'retry' | 'skip'

/** The longest that Workflows waits: after it the saga waits anew. */
const YEAR_MS = 365 * 86_400_000

export type Tell = (
  state: 'parked' | 'running',
  at: string,
  because: string | undefined,
  attempt: number,
) => Promise<unknown>

/** @returns parks the saga at a step, and gives what was decided. */
export function parking(steps: Steps, patience: Patience, tell: Tell) {
  const times = new Map<string, number>()
  return async function parked(at: string, because: string): Promise<Decision> {
    for (;;) {
      const time = (times.get(at) ?? 0) + 1
      times.set(at, time)
      const name = `parked at ${at} ${time}`
      await steps.do(`${name}: told`, patience, (attempt) => tell('parked', at, because, attempt))
      const decided = await steps.waitForEvent(name, DECISION, YEAR_MS).catch(() => undefined)
      if (decided !== 'retry' && decided !== 'skip') continue
      await steps.do(`${name}: decided`, patience, (attempt) => tell('running', at, undefined, attempt))
      return decided
    }
  }
}
