/** The metrics of the mesh: what numbers are called and mean, for Prometheus and those who read its format. */
import { type Counts, exponentialHistogram } from '../../math/exponential-histogram.ts'
import type { Exemplar, Family, HistogramSample, Labels, Sample } from '../exposition.ts'
import { DELIVERY_OUTCOMES, type Ends, OUTCOMES, type ServiceNumbers } from './numbers-digest.ts'
import type { Reported } from './reporters.ts'
import { VERDICTS, verdictOf } from './verdicts.ts'

/** Bounds in seconds: those of OpenTelemetry's HTTP conventions, and longer ones for deadlines. */
export const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60]

export interface Totals extends Reported {
  readonly numbers: ServiceNumbers
  /** Calls that stand for the others. */
  readonly exemplars?: readonly Exemplar[] | undefined
}

interface Metric {
  readonly name: string
  readonly type: Family['type']
  readonly help: string
  readonly unit?: string
  /** Beside `service` and `reporter`. */
  readonly labels: readonly string[]
  samples(
    numbers: ServiceNumbers,
    labels: Labels,
    exemplars?: readonly Exemplar[],
  ): readonly (Sample | HistogramSample)[]
}

/** As in docs/observability.md. */
export const METRICS: readonly Metric[] = [
  {
    name: 'selvedge_requests',
    type: 'counter',
    help: 'Calls by name, as their callers saw them end.',
    labels: ['outcome'],
    samples: ({ ends }, labels) => byOutcome(ends, labels),
  },
  {
    name: 'selvedge_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'How long calls took until their response headers, with all attempts.',
    labels: [],
    samples: ({ ms }, labels, exemplars) => [{ ...histogramOf(ms, labels), exemplars }],
  },
  {
    name: 'selvedge_caller_requests',
    type: 'counter',
    help: 'Calls by name and caller. An empty caller: nobody knows.',
    labels: ['caller', 'outcome'],
    samples: ({ callers }, labels) => byKey('caller', callers, labels),
  },
  {
    name: 'selvedge_rule_requests',
    type: 'counter',
    help: 'Calls by the rule that took them.',
    labels: ['rule', 'outcome'],
    samples: ({ rules }, labels) => byKey('rule', rules, labels),
  },
  {
    name: 'selvedge_attempts',
    type: 'counter',
    help: 'Requests sent to an endpoint: first attempts, retries and hedges.',
    labels: ['endpoint', 'outcome'],
    samples: ({ endpoints }, labels) =>
      Object.entries(endpoints).flatMap(([endpoint, { ends }]) => byOutcome(ends, { ...labels, endpoint })),
  },
  {
    name: 'selvedge_attempt_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'How long an endpoint took until its response headers.',
    labels: ['endpoint'],
    samples: ({ endpoints }, labels) =>
      Object.entries(endpoints).map(([endpoint, { ms }]) => histogramOf(ms, { ...labels, endpoint })),
  },
  {
    name: 'selvedge_retries',
    type: 'counter',
    help: 'Attempts that were not the first of their call.',
    labels: [],
    samples: ({ retries }, labels) => [{ labels, value: retries }],
  },
  {
    name: 'selvedge_hedges',
    type: 'counter',
    help: 'Calls of which a second attempt was sent while the first was under way.',
    labels: [],
    samples: ({ hedged }, labels) => [{ labels, value: hedged }],
  },
  {
    name: 'selvedge_errors',
    type: 'counter',
    help: 'Calls that the mesh itself failed, by the code of the error.',
    labels: ['code'],
    samples: ({ errors }, labels) => counted('code', errors, labels),
  },
  {
    name: 'selvedge_retries_refused',
    type: 'counter',
    help: 'Failed attempts that were not retried, by the reason.',
    labels: ['reason'],
    samples: ({ refused }, labels) => counted('reason', refused, labels),
  },
  {
    name: 'selvedge_access',
    type: 'counter',
    help: 'What records on the way said of callers: allow, deny or would-deny, by the rule that decided.',
    labels: ['caller', 'record', 'rule', 'verdict'],
    samples: ({ access = {} }, labels) =>
      Object.entries(access).flatMap(([key, verdicts]) => byVerdict(verdicts, { ...labels, ...verdictOf(key) })),
  },
  {
    name: 'selvedge_events_unclaimed',
    type: 'counter',
    help: 'Events that nobody had subscribed to, or that no filter wanted, by topic and type.',
    labels: ['type'],
    samples: ({ unclaimed = {} }, labels) => counted('type', unclaimed, labels),
  },
  {
    name: 'selvedge_deliveries',
    type: 'counter',
    help: 'Messages that queues brought to a service, by what became of each delivery.',
    labels: ['queue', 'outcome'],
    samples: ({ deliveries = {} }, labels) =>
      Object.entries(deliveries).flatMap(([queue, ends]) => byDelivery(ends, { ...labels, queue })),
  },
  {
    name: 'selvedge_delivery_lag_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'How long messages that a service took had waited in their queue.',
    labels: [],
    samples: ({ lag }, labels) => (lag ? [histogramOf(lag, labels)] : []),
  },
]

/** @param isolates that told something lately. */
export function metricsOf(totals: readonly Totals[], isolates: number): Family[] {
  const families = METRICS.map(({ name, type, help, unit, samples }) => ({
    name,
    type,
    help,
    ...(unit === undefined ? {} : { unit }),
    samples: totals.flatMap(({ service, reporter, numbers, exemplars }) =>
      samples(numbers, { service, reporter }, exemplars),
    ),
  })) as Family[]
  const told = 'Isolates that told something in the last five minutes.'
  return [
    ...families,
    { name: 'selvedge_isolates', type: 'gauge', help: told, samples: [{ labels: {}, value: isolates }] },
  ]
}

function byVerdict(verdicts: readonly number[], labels: Labels): Sample[] {
  return verdicts.flatMap((value, verdict) =>
    value > 0 ? [{ labels: { ...labels, verdict: VERDICTS[verdict] ?? 'other' }, value }] : [],
  )
}

function byDelivery(ends: Ends, labels: Labels): Sample[] {
  return ends.flatMap((value, outcome) =>
    value > 0 ? [{ labels: { ...labels, outcome: DELIVERY_OUTCOMES[outcome] ?? 'other' }, value }] : [],
  )
}

function byOutcome(ends: Ends, labels: Labels): Sample[] {
  return ends.flatMap((value, outcome) =>
    value > 0 ? [{ labels: { ...labels, outcome: OUTCOMES[outcome] ?? 'other' }, value }] : [],
  )
}

function byKey(label: string, of: Readonly<Record<string, Ends>>, labels: Labels): Sample[] {
  return Object.entries(of).flatMap(([key, ends]) => byOutcome(ends, { ...labels, [label]: key }))
}

function counted(label: string, of: Readonly<Record<string, number>>, labels: Labels): Sample[] {
  return Object.entries(of).map(([key, value]) => ({ labels: { ...labels, [label]: key }, value }))
}

function histogramOf(ms: Counts, labels: Labels): HistogramSample {
  const histogram = exponentialHistogram()
  histogram.add(ms)
  return {
    labels,
    upTo: BOUNDS_S.map((bound) => [bound, histogram.countUpTo(bound * 1000)]),
    count: histogram.count,
    sum: histogram.sum / 1000,
  }
}
