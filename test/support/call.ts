/** A call on its way, as the filters see it: every part may be said otherwise. */
import { allowance } from '../../src/core/allowance.ts'
import { attempt } from '../../src/core/attempt.ts'
import { deadlineIn } from '../../src/core/deadline.ts'
import type { Endpoint } from '../../src/core/endpoint.ts'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import { subrequests } from '../../src/core/engine/subrequests.ts'
import type { Place } from '../../src/core/locality.ts'
import type { Priority } from '../../src/core/priority.ts'
import { receipt, type Skipped } from '../../src/core/receipt.ts'
import type { Trace } from '../../src/core/span.ts'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Balancer, Candidate } from '../../src/features/balance/balancer.ts'
import type { Localities } from '../../src/features/balance/locality.ts'
import { p2c } from '../../src/features/balance/p2c.ts'
import { peakEwma } from '../../src/features/balance/peak-ewma.ts'
import { timeoutPolicy } from '../../src/features/deadline/policy.ts'
import { limiter } from '../../src/features/limit/limiter.ts'
import { limitPolicy } from '../../src/features/limit/policy.ts'
import { throttle } from '../../src/features/limit/throttle.ts'
import { outlierDetector } from '../../src/features/outlier/detector.ts'
import { outlierPolicy } from '../../src/features/outlier/policy.ts'
import { retryBudget } from '../../src/features/retry/budget.ts'
import { retryPolicy } from '../../src/features/retry/policy.ts'
import { recentMedian } from '../../src/math/recent-median.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { givenEndpoint } from './given.ts'

/** An endpoint of which nothing is known yet. */
export function givenCandidate(name = 'eu'): Candidate {
  return {
    endpoint: givenEndpoint(`https://${name}.example.com`),
    load: peakEwma(),
    latency: recentMedian(),
    settles: undefined,
    health: undefined,
    warmth: undefined,
  }
}

export function givenTrace(over: Partial<Trace> = {}): Trace {
  return { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1, ...over }
}

/** One that weighs so much, or says where it is. */
export function givenPlaced(name: string, placing: Partial<Pick<Endpoint, 'weight' | 'locality'>>): Candidate {
  const candidate = givenCandidate(name)
  return { ...candidate, endpoint: { ...candidate.endpoint, ...placing } }
}

/** A service with one endpoint, the default policy and no budget to run out of. */
export function givenService(...candidates: readonly Candidate[]) {
  const clock = virtualClock()
  return {
    name: 'services/users',
    timeouts: timeoutPolicy(),
    retry: retryPolicy(),
    budget: retryBudget(undefined, clock),
    hedging: undefined,
    balancer: p2c(seeded(7)) as Balancer,
    hashHeader: undefined as string | undefined,
    localities: undefined as Localities<Candidate> | undefined,
    detector: outlierDetector(outlierPolicy(), seeded(7)),
    limiter: limiter(limitPolicy()),
    throttle: throttle(),
    mustHearOfLeaving: () => true,
    candidates: candidates.length > 0 ? candidates : [givenCandidate()],
    unreachable: [] as readonly Skipped[],
    untried: (_now: number, _tried: readonly unknown[]): readonly unknown[] => candidates.slice(1),
    typicalMs: (_now: number): number | undefined => undefined,
  }
}

/** A trusted call to `users` with 15 s left and an allowance of 2. */
export function givenCall<Over extends object>(over: Over = {} as Over) {
  const clock = virtualClock()
  const call = {
    clock,
    random: seeded(7),
    receipt: receipt(),
    subrequests: subrequests(40),
    deadline: deadlineIn(15_000, 'clock' in over ? (over.clock as typeof clock) : clock),
    work: cancellation(true),
    headers: pickHeaders(new Headers()),
    signals: (): readonly AbortSignal[] => [],
    place: (): Place | undefined => undefined,
    trusted: true,
    allowance: allowance(2),
    service: givenService(),
    name: 'users',
    caller: undefined,
    proof: 'none' as const,
    path: '/',
    hops: 0,
    priority: 'default' as Priority,
    trace: givenTrace(),
    attempt: attempt(1, null, true),
    candidate: givenCandidate(),
    endpoint: givenEndpoint('https://eu.example.com'),
    isCold: false,
    lent: 1,
  }
  return { ...call, ...over } as Omit<typeof call, keyof Over> & Over
}

/** What a promise was rejected with; fails where it was not. */
export async function failureOf(work: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await work
  } catch (error) {
    return error as Error & { code?: string }
  }
  throw new Error('It was expected to fail, and did not.')
}
