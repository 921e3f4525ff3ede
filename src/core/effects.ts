/** What each way in which an attempt can end counts for: the one table that all observers read. */
import type { Ending } from './ending.ts'
import type { Outcome } from './outcome.ts'

/** What an attempt says of whether a place is well. */
export type Verdict =
  | 'success'
  /** It speaks for itself. */
  | 'fault'
  /** The request may be the cause: it counts once for each who asks for something else. */
  | 'doubt'
  /** It is there, and turns requests away: only a long run of these counts. */
  | 'refusal'
  | 'nothing'

/** How it ended: its outcome, where failures are told apart. */
export type Way =
  | Outcome
  /** The application failed: 500, and what is no word of a gateway. `failure` is then the others. */
  | 'error'
  /** A failure that says to wait, not to come again, or that it did not take the request. */
  | 'pushback'
  /** Unreachable while more than 64 KiB were yet to be sent: it may have answered before it read them, and closed. */
  | 'cut'

export interface Effects {
  /** What ejection hears, and failover. */
  readonly health: Verdict
  /** What a load measures: the time it took, which is a sample of the endpoint's latency, at least that time, or a failure. */
  readonly load: 'took' | 'at least' | 'failure' | 'nothing'
  /** What the retry budget hears. */
  readonly budget: Verdict
  /** What the throttle hears of capacity. */
  readonly throttle: 'accepted' | 'refused' | 'nothing'
}

export const EFFECTS: Readonly<Record<Way, Effects>> = {
  success: row('success', 'took', 'success', 'accepted'),
  error: row('doubt', 'failure', 'doubt', 'accepted'),
  failure: row('fault', 'failure', 'fault', 'accepted'),
  pushback: row('refusal', 'failure', 'fault', 'accepted'),
  refused: row('refusal', 'failure', 'fault', 'refused'),
  limited: row('nothing', 'nothing', 'nothing', 'nothing'),
  timeout: row('fault', 'failure', 'fault', 'accepted'),
  expired: row('nothing', 'at least', 'nothing', 'accepted'),
  unreachable: row('fault', 'failure', 'fault', 'accepted'),
  cut: row('refusal', 'nothing', 'fault', 'accepted'),
  cancelled: row('nothing', 'at least', 'nothing', 'nothing'),
  unsent: row('nothing', 'nothing', 'nothing', 'nothing'),
}

function row(health: Verdict, load: Effects['load'], budget: Verdict, throttle: Effects['throttle']): Effects {
  return { health, load, budget, throttle }
}

export function effectsOf(ending: Ending): Effects {
  return EFFECTS[wayOf(ending)]
}

export function wayOf({ outcome, status = 500, pushback, isCut }: Ending): Way {
  if (outcome === 'success' || EFFECTS[outcome].health !== 'fault') return outcome
  if (pushback?.verdict !== undefined || pushback?.waitMs !== undefined) return 'pushback'
  if (isCut) return 'cut'
  return outcome === 'failure' && !isOfGateway(status) ? 'error' : outcome
}

/** 502 to 504; and 520 to 530, which are Cloudflare's for an origin that does not answer. */
function isOfGateway(status: number): boolean {
  return (status >= 502 && status <= 504) || (status >= 520 && status <= 530)
}
