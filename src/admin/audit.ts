/** The audit: who wrote which names, and what came of it. Neither records nor tokens are in it. */
import type { Clock } from '../core/time/clock.ts'
import type { Refused, Written } from '../durable/ledger/change.ts'
import type { LogLine } from '../telemetry/log.ts'

/** Names in a line, at most. */
const MOST_NAMES = 100

export interface Audit {
  /** A write came to an end; `undefined`: the registry failed, and nobody knows how far it came. */
  wrote(token: string, act: string, names: readonly string[], answer: Written | Refused | undefined): void
  /** Something was done that is of no names in particular. */
  did(token: string, act: string, code: string): void
}

export function audit(clock: Clock, write: (line: LogLine) => void): Audit {
  const line = (token: string, code: string, more: Partial<LogLine>) =>
    write({
      at: new Date(clock.now()).toISOString(),
      level: 'info',
      event: 'admin_write',
      code,
      caller: token,
      ...more,
    })
  return {
    wrote(token, act, names, answer) {
      line(token, outcomeOf(answer), {
        ...(answer?.ok ? { revision: String(answer.revision) } : {}),
        names: names.slice(0, MOST_NAMES),
        message: names.length > MOST_NAMES ? `${act}, ${names.length} names` : act,
      })
    },
    did: (token, act, code) => line(token, code, { message: act }),
  }
}

function outcomeOf(answer: Written | Refused | undefined): string {
  if (!answer) return 'unknown'
  return answer.ok ? 'written' : (answer.refusals[0]?.code ?? 'refused')
}
