/** Adds up numbers: of isolates, and of one time after another. Whatever the order, the sum is the same. */
import { type Counts, exponentialHistogram } from '../../math/exponential-histogram.ts'
import { type EndpointNumbers, type Ends, OTHER, type ServiceNumbers } from './numbers-digest.ts'

export const NOTHING: ServiceNumbers = Object.freeze({
  ends: [],
  ms: { zeros: 0, sum: 0, buckets: [] },
  attempts: 0,
  retries: 0,
  hedged: 0,
  callers: {},
  rules: {},
  endpoints: {},
  errors: {},
  refused: {},
})

export function sumOf(all: readonly ServiceNumbers[]): ServiceNumbers {
  const total = (name: 'attempts' | 'retries' | 'hedged') => all.reduce((sum, one) => sum + one[name], 0)
  return {
    ends: endsOf(all.map(({ ends }) => ends)),
    ms: countsOf(all.map(({ ms }) => ms)),
    attempts: total('attempts'),
    retries: total('retries'),
    hedged: total('hedged'),
    callers: byKey(
      all.map(({ callers }) => callers),
      endsOf,
    ),
    rules: byKey(
      all.map(({ rules }) => rules),
      endsOf,
    ),
    endpoints: byKey(
      all.map(({ endpoints }) => endpoints),
      endpointOf,
    ),
    errors: byKey(
      all.map(({ errors }) => errors),
      totalOf,
    ),
    refused: byKey(
      all.map(({ refused }) => refused),
      totalOf,
    ),
    access: byKey(
      all.map(({ access = {} }) => access),
      endsOf,
    ),
    ...(all.some(({ unclaimed }) => unclaimed) && {
      unclaimed: byKey(
        all.map(({ unclaimed = {} }) => unclaimed),
        totalOf,
      ),
    }),
    ...(all.some(({ deliveries }) => deliveries) && {
      deliveries: byKey(
        all.map(({ deliveries = {} }) => deliveries),
        endsOf,
      ),
      lag: countsOf(all.flatMap(({ lag }) => lag ?? [])),
    }),
  }
}

/** The same with so many callers, rules, endpoints and verdicts of their own, those that count most. The others go together. */
export function folded(numbers: ServiceNumbers, kept: number): ServiceNumbers {
  const { callers, rules, endpoints, access = {}, unclaimed, deliveries } = numbers
  return {
    ...numbers,
    callers: busiest(callers, kept, (ends) => ends, endsOf),
    rules: busiest(rules, kept, (ends) => ends, endsOf),
    endpoints: busiest(endpoints, kept, ({ ends }) => ends, endpointOf),
    access: busiest(access, kept, (verdicts) => verdicts, endsOf),
    ...(unclaimed && { unclaimed: busiest(unclaimed, kept, (many) => [many], totalOf) }),
    ...(deliveries && { deliveries: busiest(deliveries, kept, (ends) => ends, endsOf) }),
  }
}

function busiest<Of>(
  of: Readonly<Record<string, Of>>,
  kept: number,
  endsIn: (one: Of) => Ends,
  add: (all: readonly Of[]) => Of,
): Record<string, Of> {
  const { [OTHER]: other, ...named } = of
  const many = (one: Of) => totalOf(endsIn(one))
  const ordered = Object.entries(named).sort(([, one], [, another]) => many(another) - many(one))
  const rest = ordered.slice(kept).map(([, one]) => one)
  if (other !== undefined) rest.push(other)
  return Object.fromEntries([...ordered.slice(0, kept), ...(rest.length > 0 ? [[OTHER, add(rest)] as const] : [])])
}

export function endsOf(all: readonly Ends[]): number[] {
  const sum: number[] = []
  for (const ends of all) for (const [outcome, many] of ends.entries()) sum[outcome] = (sum[outcome] ?? 0) + many
  return Array.from(sum, (many: number | undefined) => many ?? 0)
}

export function countsOf(all: readonly Counts[]): Counts {
  if (all.length === 1) return all[0] as Counts
  const histogram = exponentialHistogram()
  for (const counts of all) histogram.add(counts)
  return histogram.counts()
}

function endpointOf(all: readonly EndpointNumbers[]): EndpointNumbers {
  return { ends: endsOf(all.map(({ ends }) => ends)), ms: countsOf(all.map(({ ms }) => ms)) }
}

function totalOf(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0)
}

/** What stands under each key in any of them, added up. */
function byKey<Of>(all: readonly Readonly<Record<string, Of>>[], add: (all: readonly Of[]) => Of): Record<string, Of> {
  const found = new Map<string, Of[]>()
  for (const [key, one] of all.flatMap((each) => Object.entries(each))) {
    const known = found.get(key)
    if (known) known.push(one)
    else found.set(key, [one])
  }
  return Object.fromEntries([...found].map(([key, each]) => [key, add(each)]))
}
