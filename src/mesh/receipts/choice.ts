/** How an endpoint was chosen: who stood to be chosen and how each stood, what the balancer was given, and what it took. */
import type { Allowance } from '../../core/allowance.ts'
import type { Deadline } from '../../core/deadline.ts'
import { isOut } from '../../core/health/health.ts'
import { hearing } from '../../core/time/random.ts'
import type { Balancer, Candidate } from '../../features/balance/balancer.ts'
import type { Choosing } from '../../features/balance/choose.ts'
import type { RetryBudget } from '../../wire/budget.ts'
import type { CandidateRead, ChoiceRead, Round } from '../../wire/receipt/view.ts'

/** A choice within a call: what of the call is told, too, where it is there. */
export interface ChoosingCall extends Choosing {
  readonly deadline?: Deadline
  readonly allowance?: Allowance | undefined
  readonly service: Choosing['service'] & {
    readonly budget?: RetryBudget
    readonly loadBalancer?: { readonly algorithm: string }
  }
}

/** Chooses by `choose`, and hands over how it was done: also where nobody could be chosen. */
export function choiceOf(
  context: ChoosingCall,
  now: number,
  choose: (context: Choosing) => Candidate,
  note: (choice: ChoiceRead) => void,
): Candidate {
  const { service, attempt, random, receipt, priority } = context
  const { candidates, hashHeader } = service
  const usable = new Set(service.detector.available(candidates, now))
  const tried = new Set(receipt.attempts.map(({ endpoint }) => endpoint))
  const rounds: Round[] = []
  const before = candidates.map((candidate) => standing(candidate, usable.has(candidate), now))
  const positionOf = (candidate: unknown) => candidates.indexOf(candidate as Candidate)
  const balancer: Balancer = (among, at, key) => {
    const { given, draws } = hearing(random, () => service.balancer(among, at, key))
    rounds.push({ among: among.map(positionOf), draws, chosen: positionOf(given) })
    return given
  }

  let chosen: Candidate | undefined
  try {
    chosen = choose({ ...context, service: { ...service, balancer } })
    return chosen
  } finally {
    const last = new Set(rounds.at(-1)?.among)
    note({
      attempt: attempt.number,
      at: now,
      algorithm: service.loadBalancer?.algorithm ?? 'unknown',
      isKeyed: hashHeader === undefined ? undefined : true,
      candidates: before.map((one, position): CandidateRead => {
        const candidate = candidates[position] as Candidate
        return { ...one, skipped: skippedBecause(candidate, one.inFlight, last.has(position)) }
      }),
      rounds,
      chosen: chosen?.endpoint.id,
    })
  }

  function skippedBecause(candidate: Candidate, inFlight: number, wasAmong: boolean): CandidateRead['skipped'] {
    if (candidate === chosen) return undefined
    if (!usable.has(candidate)) return 'ejected'
    if (!service.limiter.admits(inFlight, attempt.isHedge ? 'sheddable' : priority, now)) return 'full'
    if (wasAmong || rounds.length === 0) return undefined
    return tried.has(candidate.endpoint.id) ? 'tried' : 'farther'
  }
}

function standing(
  { endpoint, load, latency, health, warmth }: Candidate,
  isUsable: boolean,
  now: number,
): CandidateRead {
  const isEjected = health !== undefined && isOut(health)
  const latencyMs = latency.value(now)
  return {
    endpoint: endpoint.id,
    weight: endpoint.weight,
    state: !isEjected ? 'healthy' : isUsable ? 'probed' : 'ejected',
    ejectedUntil: isEjected ? health.until : undefined,
    inFlight: load.inFlight(now),
    latencyMs: latencyMs === undefined ? undefined : rounded(latencyMs),
    cost: load.cost(now),
    isCold: warmth?.isCold(now) || undefined,
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
