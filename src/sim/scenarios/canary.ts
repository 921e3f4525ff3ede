/** A canary that gets its share, and keeps whom it has when its share is raised. */
import { movedBack, shareOfFirstIn, success } from '../figure.ts'
import type { Edit, Scenario, Service } from '../scenario.ts'
import type { Trial } from '../trial.ts'
import { SESSION, USER } from '../users.ts'

/** 10,000 requests, after the warm-up. */
const BEFORE = [2, 12] as const
/** As many, when every isolate has read the new record: 5 s fresh, and one more request. */
const AFTER = [20, 30] as const

interface Given {
  readonly name: string
  readonly about: string
  /** The service and what is behind it, where the canary has a share in percent. */
  readonly at: (percent: number) => { readonly web: Service } & Readonly<Record<string, Service>>
  /** Different users, where they say who they are: the share is then raised to 10 %. */
  readonly keys?: number
  /** Does whoever has been here stay, so that the canary gets its new share of newcomers alone? */
  readonly isKept?: true
}

export function canaryOf({ name, about, at, keys, isKept }: Given): Trial {
  const raised: Edit = { atMs: BEFORE[1] * 1000, service: 'web', to: at(10).web }
  const scenario: Scenario = {
    name,
    about,
    durationMs: (keys === undefined ? BEFORE : AFTER)[1] * 1000,
    warmUpMs: BEFORE[0] * 1000,
    users: { perSecond: 1000, call: 'client', withinMs: 3000, ...(keys === undefined ? {} : { keys }) },
    services: { client: { isolates: 200, calls: ['web'] }, ...at(5) },
    leaf: 'web',
    ...(keys === undefined ? {} : { edits: [raised] }),
  }
  const five = shareOfFirstIn('canary', BEFORE, 0.05)
  const ten = shareOfFirstIn('raised to 10 %', AFTER, 0.1)
  const isFive = { figure: five, atLeast: 0.04, atMost: 0.06 }
  // With sessions half of those who come have been here before, and keep their 5 %: 7.5 % are meant.
  const isTen = isKept ? { figure: ten, atLeast: 0.065, atMost: 0.085 } : { figure: ten, atLeast: 0.09, atMost: 0.11 }
  return {
    scenario,
    figures: keys === undefined ? [five, success] : [five, ten, movedBack, success],
    goals: keys === undefined ? [isFive] : [isFive, isTen, { figure: movedBack, atMost: 0 }],
    beside: { contenders: [] },
  }
}

const endpoint = { latency: { medianMs: 20, sigma: 0.8 } }
const byEndpoints = (percent: number) => [
  { ...endpoint, weight: percent },
  { ...endpoint, weight: 100 - percent },
]
const backendRefs = (percent: number) => [
  { name: 'canary', weight: percent },
  { name: 'stable', weight: 100 - percent },
]
const backends = { canary: { endpoints: [endpoint] }, stable: { endpoints: [endpoint] } }

export const canary: readonly Trial[] = [
  canaryOf({
    name: 'canary-endpoints',
    about: '5 of 100 by the weights of endpoints, 10,000 requests, 200 isolates.',
    at: (percent) => ({ web: { endpoints: byEndpoints(percent) } }),
  }),
  canaryOf({
    name: 'canary-rule',
    about: '5 of 100 by the weights of a rule’s backends, 10,000 requests, 200 isolates.',
    at: (percent) => ({ web: { rules: [{ backendRefs: backendRefs(percent) }] }, ...backends }),
  }),
  canaryOf({
    name: 'canary-ring-hash',
    about: 'The same by `ringHash` of 20,000 users, raised to 10 of 100 after 12 s.',
    at: (percent) => ({
      web: { endpoints: byEndpoints(percent), policy: { loadBalancer: { ringHash: { header: USER } } } },
    }),
    keys: 20_000,
  }),
  canaryOf({
    name: 'canary-session',
    about: 'The same by a rule with sessions of 20,000 users, raised to 10 of 100 of the new ones after 12 s.',
    at: (percent) => ({
      web: {
        rules: [
          {
            backendRefs: backendRefs(percent),
            sessionPersistence: { type: 'Header' as const, header: { name: SESSION } },
          },
        ],
      },
      ...backends,
    }),
    keys: 20_000,
    isKept: true,
  }),
]
