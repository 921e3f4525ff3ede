/**
 * What weights come to, by how the balancer heeds them: `node bench/weights.ts`, three seeds.
 *
 * One service, open-loop arrivals, latencies that are lognormal around 20 ms; nothing is retried. With and without
 * ejection after three timeouts in a row.
 */

import { type Random, seeded } from '../src/core/time/random.ts'
import type { Balancer, Choice } from '../src/features/balance/balancer.ts'
import { byWeight } from '../src/features/balance/by-weight.ts'
import { p2c } from '../src/features/balance/p2c.ts'
import { peakEwma } from '../src/features/balance/peak-ewma.ts'
import { type OutlierDetector, outlierDetector, type Suspect } from '../src/features/outlier/detector.ts'
import { outlierPolicy } from '../src/features/outlier/policy.ts'
import { weightedIndex } from '../src/math/weighted.ts'

/** The designs that were weighed against each other. */
const DESIGNS: Record<string, (random: Random) => Balancer> = {
  'classes (ours)': (random) => byWeight(p2c(random), random),
  'P2C, cost / weight': (random) => lighterOf((all) => distinct(all, random)),
  'P2C of weighted draws, cost / weight': (random) => lighterOf((all) => [drawn(all, random), drawn(all, random)]),
}

interface Load {
  readonly name: string
  readonly weights: readonly number[]
  readonly isolates: number
  readonly perSecond: number
  readonly seconds: number
  /** Spread of the logarithm of latency. */
  readonly sigma: number
  /** The first endpoint takes 2 s in the middle half of the time. */
  readonly isSlow?: boolean
}

const CANARY = { weights: [5, 95], perSecond: 1000, seconds: 10, isolates: 1, sigma: 0.8 }
const LOADS: readonly Load[] = [
  { ...CANARY, name: '5:95, one isolate, 10 a second', perSecond: 10, seconds: 1000 },
  { ...CANARY, name: '5:95, one isolate, 1,000 a second' },
  { ...CANARY, name: '5:95, 200 isolates, 5 a second each', isolates: 200 },
  { ...CANARY, name: '5:95, long tails, 10 a second', perSecond: 10, seconds: 1000, sigma: 1.5 },
  {
    ...CANARY,
    name: '3:2:1, the first slow, 200 isolates',
    weights: [3, 2, 1],
    isolates: 200,
    seconds: 60,
    isSlow: true,
  },
]
const TIMEOUT_MS = 1000
const SEEDS = [1, 2, 3]

for (const load of LOADS) {
  console.log(`\n${load.name}`)
  for (const [name, make] of Object.entries(DESIGNS)) {
    const runs = SEEDS.map((seed) => run(make, load, seed, 0))
    const ejecting = SEEDS.map((seed) => run(make, load, seed, 0.5))
    const shares = runs.map(({ share }) => percent(share)).join(' / ')
    const [worst, worstEjecting] = [runs, ejecting].map((all) => Math.min(...all.map(({ success }) => success)))
    const success = `success ${percent(worst)}, ejecting ${percent(worstEjecting)}`
    console.log(`  ${name.padEnd(38)} first gets ${shares}   ${success}`)
  }
}

interface Isolate {
  readonly balancer: Balancer
  readonly detector: OutlierDetector
  readonly candidates: readonly (Choice & Suspect)[]
}

function run(
  make: (random: Random) => Balancer,
  load: Load,
  seed: number,
  maxShare: number,
): { share: number; success: number } {
  const random = seeded(seed)
  const chance = seeded(seed + 100)
  const isolates = Array.from({ length: load.isolates }, () => isolate(make, load, maxShare, random))
  const ends: { at: number; end: () => void }[] = []
  const calls = load.perSecond * load.seconds
  let now = 0
  let first = 0
  let late = 0
  for (let call = 0; call < calls; call++) {
    now += (-Math.log(1 - chance.next()) * 1000) / load.perSecond
    while (ends[0] && ends[0].at <= now) ends.shift()?.end()
    const { balancer, detector, candidates } = isolates[Math.floor(chance.next() * isolates.length)] as Isolate
    const candidate = balancer(detector.available(candidates, now), now)
    const isFirst = candidate === candidates[0]
    const isSlowNow = load.isSlow && isFirst && Math.abs(now / 1000 - load.seconds / 2) < load.seconds / 4
    const tookMs = isSlowNow ? 2000 : 20 * Math.exp(load.sigma * normal(chance))
    const isLate = tookMs > TIMEOUT_MS
    if (isFirst) first += 1
    if (isLate) late += 1
    const sentAt = now
    const at = now + Math.min(tookMs, TIMEOUT_MS)
    const pick = candidate.load.start(now, now + 60_000)
    detector.send(candidate, now, at)
    ends.splice(ends.findLastIndex((other) => other.at <= at) + 1, 0, {
      at,
      end() {
        pick.end(isLate ? 'timeout' : 'success', at)
        detector.record(candidate, isLate ? 'fault' : 'success', sentAt, at)
      },
    })
  }
  return { share: first / calls, success: 1 - late / calls }
}

function isolate(make: (random: Random) => Balancer, { weights }: Load, maxShare: number, random: Random): Isolate {
  const candidates = weights.map((weight, index) => ({
    endpoint: { id: String(index), weight },
    load: peakEwma(),
    health: undefined,
  }))
  const policy = { ...outlierPolicy(), maxShare }
  const detector = outlierDetector(policy, random)
  detector.watch(candidates, policy)
  return { balancer: make(random), detector, candidates }
}

function percent(share = Number.NaN): string {
  return `${(100 * share).toFixed(2)} %`
}

function normal(chance: Random): number {
  return Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next())
}

function lighterOf(draw: <Of extends Choice>(all: readonly Of[]) => readonly [Of, Of]): Balancer {
  return (all, now) => {
    const [one, other] = draw(all)
    const cost = ({ load, endpoint }: Choice) => load.cost(now) / endpoint.weight
    return cost(other) < cost(one) ? other : one
  }
}

function distinct<Of>(all: readonly Of[], random: Random): readonly [Of, Of] {
  const first = Math.floor(random.next() * all.length)
  const second = (first + 1 + Math.floor(random.next() * (all.length - 1))) % all.length
  return [all[first] as Of, all[second] as Of]
}

function drawn<Of extends Choice>(all: readonly Of[], random: Random): Of {
  const weights = all.map(({ endpoint }) => endpoint.weight)
  const sum = weights.reduce((sum, weight) => sum + weight, 0)
  return all[weightedIndex(weights, sum, random.next())] as Of
}
