/** One endpoint of eleven is slow, or fails at once: how soon does traffic leave it? */
import { balancers } from '../classics/classics.ts'
import { p99, shareOfFirst, success, successDuringFault } from '../figure.ts'
import type { Fault, Scenario } from '../scenario.ts'
import type { Trial } from '../trial.ts'

interface Given {
  readonly name: string
  readonly about: string
  readonly isolates: number
  readonly atLeast: number
  readonly fault: Pick<Fault, 'latency' | 'failShare'>
  readonly lifeMs?: number
  readonly skew?: number
  readonly endpoints?: number
}

/** One attempt a call, 1 s long, as in Finagle's "Beyond round robin": it is the balancer that is tried, not the retries. */
const policy = { timeouts: { request: '3s', backendRequest: '1s' }, retry: { attempts: 0 } }

export function badEndpoint({ name, about, isolates, atLeast, fault, lifeMs, skew = 0, endpoints = 11 }: Given): Trial {
  const endpoint = { latency: { medianMs: 100, sigma: 0.6 } }
  const scenario: Scenario = {
    name,
    about,
    durationMs: 70_000,
    warmUpMs: 10_000,
    users: { perSecond: 1000, call: 'client', withinMs: 3000 },
    services: {
      client: { isolates, skew, calls: ['leaf'], ...(lifeMs === undefined ? {} : { lifeMs }) },
      leaf: { endpoints: new Array(endpoints).fill(endpoint), policy },
    },
    leaf: 'leaf',
    faults: [{ fromMs: 25_000, toMs: 55_000, backend: 'leaf', endpoints: [0], ...fault }],
  }
  return {
    scenario,
    figures: [success, successDuringFault, shareOfFirst, p99],
    goals: [{ figure: success, atLeast }],
    beside: { contenders: balancers },
  }
}

const slow = { latency: 2000 }
const failing = { failShare: 1 }

export const slowEndpoint: readonly Trial[] = [
  badEndpoint({
    name: 'slow-endpoint-1',
    about: 'One of 11 endpoints takes 2 s for 30 s; one isolate calls, 1 s an attempt, no retries.',
    isolates: 1,
    atLeast: 0.999,
    fault: slow,
  }),
  badEndpoint({
    name: 'slow-endpoint-200',
    about: 'The same, called by 200 isolates: each sees an endpoint every two seconds.',
    isolates: 200,
    atLeast: 0.995,
    fault: slow,
  }),
]

export const failingEndpoint: readonly Trial[] = [
  badEndpoint({
    name: 'failing-endpoint-1',
    about: 'One of 11 endpoints answers 503 after 2 ms, for 30 s; one isolate calls, no retries.',
    isolates: 1,
    atLeast: 0.999,
    fault: failing,
  }),
  badEndpoint({
    name: 'failing-endpoint-200',
    about: 'The same, called by 200 isolates.',
    isolates: 200,
    atLeast: 0.995,
    fault: failing,
  }),
]
