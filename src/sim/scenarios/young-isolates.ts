/** One endpoint has been slow for long, and isolates live for seconds: does each have to find out for itself? */
import { alone } from '../contender.ts'
import { leastShareOfOthers, p99, shareOfFirst, success, successDuringFault } from '../figure.ts'
import type { Scenario } from '../scenario.ts'
import type { Goal, Trial } from '../trial.ts'

interface Given {
  readonly name: string
  readonly about: string
  readonly isolates?: number
  readonly lifeMs?: number
  readonly skew?: number
  readonly endpoints?: number
  /** What the slow one takes, in milliseconds. */
  readonly slowMs?: number
  readonly perSecond?: number
  readonly liars?: number
  readonly goals: readonly Goal[]
}

/** As in `bad-endpoint.ts`: one attempt a call, 1 s long. */
const policy = { timeouts: { request: '3s', backendRequest: '1s' }, retry: { attempts: 0 } }

/** It is found, written, and shown by KV before anything is counted: what it costs until then is `bad-endpoint.ts`'. */
const KNOWN_MS = 60_000

export function youngIsolates({
  name,
  about,
  isolates = 100,
  lifeMs = 10_000,
  skew = 0,
  endpoints = 11,
  slowMs = 2000,
  perSecond = 500,
  liars = 0,
  goals,
}: Given): Trial {
  const scenario: Scenario = {
    name,
    about,
    durationMs: KNOWN_MS + 60_000,
    warmUpMs: KNOWN_MS,
    users: { perSecond, call: 'client', withinMs: 3000 },
    services: {
      client: { isolates, skew, lifeMs, calls: ['leaf'] },
      leaf: { endpoints: new Array(endpoints).fill({ latency: { medianMs: 100, sigma: 0.6 } }), policy },
    },
    leaf: 'leaf',
    faults: [{ fromMs: 0, toMs: KNOWN_MS + 60_000, backend: 'leaf', endpoints: [0], latency: slowMs }],
    fleet: 'first',
    liars,
  }
  return {
    scenario,
    figures: [success, shareOfFirst, leastShareOfOthers, p99],
    goals,
    beside: { contenders: [alone] },
  }
}

const served: Goal = { figure: success, atLeast: 0.999 }

export const known = youngIsolates({
  name: 'young-isolates',
  about:
    'One of 11 endpoints takes 2 s, and has for a minute; 100 isolates live 10 s each, 1 s an attempt, no retries.',
  goals: [served],
})

const half = youngIsolates({ name: '', about: '', isolates: 50, perSecond: 250, goals: [] })

/** What nobody knows yet, all pay for. */
const unwarned: Trial = {
  ...half,
  scenario: {
    ...half.scenario,
    name: 'young-isolates-unwarned',
    about: 'One of 11 endpoints takes 2 s for five minutes, all of which count; 50 isolates live 10 s each.',
    durationMs: 325_000,
    warmUpMs: 10_000,
    faults: (half.scenario.faults ?? []).map((fault) => ({ ...fault, fromMs: 15_000, toMs: 315_000 })),
  },
  figures: [success, successDuringFault, shareOfFirst, p99],
  goals: [{ figure: success, atLeast: 0.995 }],
}

export const young: readonly Trial[] = [
  known,
  unwarned,
  youngIsolates({
    name: 'young-isolates-and-a-liar',
    about: 'The same beside one that reports the slow endpoint as well, and all the others as failing.',
    liars: 1,
    // A tenth is what each of the ten would have.
    goals: [served, { figure: leastShareOfOthers, atLeast: 0.08 }],
  }),
]
