/** The rate of a record: lets a request in, or says when to come again. What was refused is not asked for again before then. */
import { type Deadline, remaining } from '../../core/deadline.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { lru } from '../../core/lru.ts'
import type { RateNote, Receipt } from '../../core/receipt.ts'
import { type Clock, within } from '../../core/time/clock.ts'
import { rateLimited } from '../../wire/rate-limit.ts'
import type { Counter } from './counters.ts'
import type { RatePolicy } from './rate-policy.ts'

/** A call that is counted. */
export interface Counted {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly subrequests: Subrequests
  readonly receipt: Receipt
}

export interface Rater {
  readonly policy: RatePolicy
  /**
   * Counts a call of this key.
   *
   * @param whose told to members that are refused.
   * @throws {MeshError} `rate_limited`; as a rejection, where the counter must be waited for.
   */
  count(key: string, whose: string, call: Counted, log: Log): Promise<void> | undefined
}

/** For how long what counts may take, in milliseconds. */
const WAIT_MS = 250
/** For how long one that did not answer is not asked again, in milliseconds. */
const REST_MS = 1000
/** Refusals that are kept, those that came last. */
const MAX_KEPT = 1000

/** Until when a key is not asked for: it was refused, or nobody counted. */
interface Kept {
  readonly until: number
  /** Why nobody did. */
  readonly unavailable?: string
}

export function rater(recordKey: string, policy: RatePolicy, by: RateNote['by'], counter: Counter): Rater {
  const { per, count, intervalMs, binding } = policy
  const keptOf = lru<string, Kept>(MAX_KEPT)

  return {
    policy,
    count(key, whose, call, log) {
      const { clock, deadline, subrequests, receipt } = call
      const now = clock.now()
      const kept = keptOf.get(key)
      if (kept && now < kept.until) return judge(kept, now)
      if (by === 'isolate') return counted(counter(key, now) as number)
      return asked()

      async function asked(): Promise<void> {
        const late = () => new Error(`no answer within ${WAIT_MS} ms`)
        const leftMs = Math.min(WAIT_MS, remaining(deadline, clock))
        const answer = await Promise.resolve(
          subrequests.take(1) ? within(clock, leftMs, ask(), late) : 'no subrequest is left',
        ).catch(String)
        clock.turn?.()
        if (typeof answer === 'number') return counted(answer)
        // A deadline that is over says so by itself, and nothing of the counter.
        if (remaining(deadline, clock) > 0) keep({ until: clock.now() + REST_MS, unavailable: answer })
      }

      async function ask(): Promise<number> {
        return counter(key, now)
      }

      function counted(waitMs: number): undefined {
        if (waitMs > 0) return keep({ until: clock.now() + waitMs })
        note('allow')
      }

      function keep(kept: Kept): undefined {
        // Of a binding nobody knows when its period ends.
        if (by !== 'binding' || kept.unavailable !== undefined) keptOf.set(key, kept)
        judge(kept, clock.now())
      }

      function judge({ until, unavailable }: Kept, at: number): undefined {
        const effect = unavailable === undefined ? 'deny' : policy.whenUnavailable
        note(effect, unavailable)
        let message = `${binding ?? 'QUOTA_OBJECT'} did not count a request to ${recordKey}: ${unavailable}.`
        if (unavailable !== undefined) log({ level: 'warn', event: 'rate_unavailable', key: recordKey, message })
        if (effect === 'allow') return
        const retryAfterMs = until - at
        if (unavailable !== undefined) throw new MeshError('rate_limited', message, { retryAfterMs })
        const most = count === undefined ? binding : `${count} in ${intervalMs / 1000} s`
        message = `${recordKey} lets ${whose} in no more often than ${most}. The next may come in ${(retryAfterMs / 1000).toFixed(1)} s.`
        const extra = rateLimited({ policy: per, count, windowMs: intervalMs }, retryAfterMs)
        throw new MeshError('rate_limited', message, { retryAfterMs, extra })
      }

      function note(effect: RateNote['effect'], unavailable?: string): void {
        receipt.rates = [...(receipt.rates ?? []), { record: recordKey, per, by, effect, unavailable }]
      }
    },
  }
}
