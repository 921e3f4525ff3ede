/**
 * What weights come to, by how the balancer heeds them: `node bench/weights.ts`, three seeds.
 *
 * One service, open-loop arrivals, latencies that are lognormal around 20 ms; nothing is ejected and nothing retried.
 */

import { type Random, seeded } from '../src/core/random.ts'
import type { Balancer, Choice, Pick } from '../src/filters/balance/balancer.ts'
import { byWeight } from '../src/filters/balance/by-weight.ts'
import { p2c } from '../src/filters/balance/p2c.ts'
import { peakEwma } from '../src/filters/balance/peak-ewma.ts'
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

for (const load of LOADS) {
  console.log(`\n${load.name}`)
  for (const [name, make] of Object.entries(DESIGNS)) {
    const runs = [1, 2, 3].map((seed) => run(make, load, seed))
    const shares = runs.map(({ share }) => (100 * share).toFixed(2)).join(' / ')
    const worst = Math.min(...runs.map(({ success }) => success))
    console.log(`  ${name.padEnd(38)} first gets ${shares} %   success ${(100 * worst).toFixed(2)} %`)
  }
}

function run(make: (random: Random) => Balancer, load: Load, seed: number): { share: number; success: number } {
  const random = seeded(seed)
  const chance = seeded(seed + 100)
  const isolates = Array.from({ length: load.isolates }, () => ({ balancer: make(random), choices: choicesOf(load) }))
  const ends: { at: number; settle: () => void }[] = []
  const calls = load.perSecond * load.seconds
  let now = 0
  let first = 0
  let late = 0
  for (let call = 0; call < calls; call++) {
    now += (-Math.log(1 - chance.next()) * 1000) / load.perSecond
    while (ends[0] && ends[0].at <= now) ends.shift()?.settle()
    const { balancer, choices } = isolates[Math.floor(chance.next() * isolates.length)] as (typeof isolates)[number]
    const choice = balancer(choices, now)
    const isFirst = choice === choices[0]
    const seconds = now / 1000
    const isSlowNow = load.isSlow && isFirst && seconds > load.seconds / 4 && seconds < (load.seconds * 3) / 4
    const tookMs = isSlowNow ? 2000 : 20 * Math.exp(load.sigma * normal(chance))
    if (isFirst) first += 1
    if (tookMs > TIMEOUT_MS) late += 1
    end(ends, choice.load.start(now, now + 60_000), now + Math.min(tookMs, TIMEOUT_MS), tookMs > TIMEOUT_MS)
  }
  return { share: first / calls, success: 1 - late / calls }
}

function end(ends: { at: number; settle: () => void }[], pick: Pick, at: number, isLate: boolean): void {
  const before = ends.findLastIndex((other) => other.at <= at)
  ends.splice(before + 1, 0, { at, settle: () => pick.settle(isLate ? 'timeout' : 'success', at) })
}

function choicesOf({ weights }: Load): Choice[] {
  return weights.map((weight, index) => ({ endpoint: { id: String(index), weight }, load: peakEwma() }))
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
