/** Callers, paths and instances that fail beside others that are well: are the others left in peace? */
import type { WrittenPolicy } from '../../record/fields.ts'
import { leastShare, p99, shareOfFirst, shareOfFirstService, success } from '../figure.ts'
import type { Fault, Scenario, Users } from '../scenario.ts'
import type { Goal, Trial } from '../trial.ts'

const endpoint = { latency: { medianMs: 20, sigma: 0.4 } }
const policy: WrittenPolicy = { timeouts: { request: '3s', backendRequest: '1s' } }
/** From the 10th second, when isolates know the leaf. */
const during = { fromMs: 10_000, toMs: 40_000 }

interface Given {
  readonly name: string
  readonly about: string
  readonly users?: Partial<Users>
  readonly endpoints?: number
  readonly isolates?: number
  readonly fault: Partial<Fault>
  readonly goals: readonly Goal[]
  readonly policy?: WrittenPolicy
  /** Is there another service that stands by? */
  readonly standsBy?: true
}

function blame({ name, about, users, endpoints = 3, isolates = 20, fault, goals, standsBy, ...given }: Given): Trial {
  const leaf = { endpoints: new Array(endpoints).fill(endpoint), policy: { ...policy, ...given.policy } }
  const scenario: Scenario = {
    name,
    about,
    durationMs: 40_000,
    warmUpMs: 10_000,
    users: { perSecond: 1000, call: 'client', withinMs: 3000, ...users },
    services: {
      client: { isolates, calls: ['leaf'] },
      ...(standsBy ? { leaf: { alias: ['first', 'second'] }, first: leaf, second: leaf } : { leaf }),
    },
    leaf: 'leaf',
    faults: [{ ...during, backend: standsBy ? 'first' : 'leaf', ...fault }],
  }
  const judged = goals.map(({ figure }) => figure)
  return { scenario, figures: [...new Set([success, ...judged, p99])], goals, beside: { contenders: [] } }
}

const served: Goal = { figure: success, atLeast: 0.999 }
/** A third is the share of each: the balancer avoids who has failed last, and no more. */
const shared: Goal = { figure: leastShare, atLeast: 0.25 }
const stayed = (atLeast: number): Goal => ({ figure: shareOfFirstService, atLeast })

const poison = { path: '/poison', failShare: 1, status: 500 }
const broken = { path: '/broken', failShare: 1, status: 503 }
const endless = { path: '/endless', latency: 5000 }

/** A path that fails whoever asks for it, at one and ten percent of the traffic. */
const poisonUrl = [1, 10].map((percent) =>
  blame({
    name: `poison-url-${percent}`,
    about: `${percent} % of the requests are for a path that is answered with 500; three endpoints, 20 isolates.`,
    users: { others: { '/poison': percent / 100 } },
    fault: poison,
    goals: [served, shared],
  }),
)

const poisonFailover = [1, 10].map((percent) =>
  blame({
    name: `poison-url-failover-${percent}`,
    about: `The same, ${percent} %; the service has one endpoint, and another service stands by.`,
    users: { others: { '/poison': percent / 100 } },
    endpoints: 1,
    fault: poison,
    goals: [served, stayed(0.99)],
    standsBy: true,
  }),
)

/** Paths that fail as a broken endpoint would. */
const badPath = [
  blame({
    name: 'broken-path-10',
    about: '10 % of the requests are for a path that is answered with 503; three endpoints, 20 isolates.',
    users: { others: { '/broken': 0.1 } },
    fault: broken,
    goals: [served, shared],
  }),
  blame({
    name: 'endless-path-10',
    about: '10 % of the requests are for a path that outlasts `backendRequest`, 1 s; three endpoints, 20 isolates.',
    users: { others: { '/endless': 0.1 } },
    fault: endless,
    goals: [served, shared],
  }),
  blame({
    name: 'broken-path-failover-10',
    about: '10 % for a path that is answered with 503; the service has one endpoint, and another service stands by.',
    users: { others: { '/broken': 0.1 } },
    endpoints: 1,
    fault: broken,
    goals: [served, stayed(0.7)],
    standsBy: true,
  }),
  blame({
    name: 'endless-path-failover-10',
    about:
      '10 % for a path that outlasts `backendRequest`; the service has one endpoint, and another service stands by.',
    users: { others: { '/endless': 0.1 } },
    endpoints: 1,
    fault: endless,
    goals: [served, stayed(0.7)],
    standsBy: true,
  }),
]

/** One of eleven answers 500 to everything: by load and ejection; and by ejection alone, where endpoints are asked in turn. */
const brokenInstance = (['peak-ewma', 'round-robin'] as const).flatMap((loadBalancer) =>
  [['/a', '/b', '/c', '/d', '/e'], ['/']].map((paths) =>
    blame({
      name: `broken-instance-${loadBalancer}-${paths.length}`,
      about: `One of 11 endpoints answers 500 to everything; ${paths.length === 1 ? 'one path' : 'five paths'}, \`${loadBalancer}\`, one isolate, no retries.`,
      users: { paths },
      endpoints: 11,
      isolates: 1,
      fault: { endpoints: [0], failShare: 1, status: 500 },
      goals: [served, { figure: shareOfFirst, atMost: 0.001 }],
      policy: { retry: { attempts: 0 }, loadBalancer },
    }),
  ),
)

const greedy = [undefined, { 'retry-after': '1' }].map((headers) =>
  blame({
    name: headers ? 'greedy-caller-told-when' : 'greedy-caller',
    about: `One caller asks 20 times a second where it may 10 times, and gets 429${headers ? ' with Retry-After' : ''}, beside 10 honest ones a second; one isolate.`,
    users: { perSecond: 30, others: { '/greedy': 2 / 3 } },
    endpoints: 1,
    isolates: 1,
    fault: { path: '/greedy', perSecond: 10, status: 429, ...(headers && { headers }) },
    goals: [{ figure: success, atLeast: 1 }],
  }),
)

export const blamed: readonly Trial[] = [...poisonUrl, ...poisonFailover, ...badPath, ...brokenInstance, ...greedy]
