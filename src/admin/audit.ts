/** The audit: who wrote which names, and what came of it. Neither records nor tokens are in it. */
import type { Clock } from '../core/time/clock.ts'
import type { Refused, Written } from '../durable/ledger/change.ts'
import type { LogLine } from '../telemetry/log.ts'

/** Names in a line, at most. */
const MOST_NAMES = 100

export interface Audit {
  /** A write came to an end; `undefined`: the registry failed, and nobody knows how far it came. */
  wrote(token: string, act: string, names: readonly string[], answer: Written | Refused | undefined): void
}

export function audit(clock: Clock, write: (line: LogLine) => void): Audit {
  return {
    wrote(token, act, names, answer) {
      const refused = answer && !answer.ok ? (answer.refusals[0]?.code ?? 'refused') : undefined
      write({
        at: new Date(clock.now()).toISOString(),
        level: 'info',
        event: 'admin_write',
        code: answer ? (refused ?? 'written') : 'unknown',
        caller: token,
        revision: answer?.ok ? String(answer.revision) : undefined,
        names: names.slice(0, MOST_NAMES),
        message: names.length > MOST_NAMES ? `${act}, ${names.length} names` : act,
      })
    },
  }
}
