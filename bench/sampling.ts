/** Measures variants of one Worker against each other: CPU a call, samples taken in turn, over several starts of workerd. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Services, workerdConfig } from './config.ts'
import { withKv } from './kv-process.ts'
import { lowerQuartile, mean, median, seeded, shuffled } from './statistics.ts'
import type { Outcome, Task } from './variants/driver.ts'
import type { ShapeName } from './variants/shapes.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

export interface Plan {
  /** Processes, one after another. */
  readonly starts: number
  /** Samples of each variant in a process. */
  readonly samples: number
}

export interface Variant {
  readonly name: string
  /** The hosts to call in turn. Default: `users` alone. */
  readonly hosts?: readonly string[]
}

export interface Setup {
  /** Among them `driver`, which has each variant as a binding of that name. */
  readonly services: Services
  /** Names of KV services to add. They are processes of their own: what KV spends is not the caller's. */
  readonly kv: readonly string[]
  readonly modules: Readonly<Record<string, string>>
  readonly variants: readonly Variant[]
  /** Two variants that are one Worker: the yardstick, and what shows how true it is. */
  readonly twins: readonly [string, string]
  readonly shapes: readonly ShapeName[]
  readonly plan: Plan
}

export interface Figure {
  /** CPU a call, of the whole process, as a multiple of the twins'. The second twin's is of the first alone. */
  readonly ratio: number
  /** The same in microseconds, at the speed of the machine's better moments. */
  readonly us: number
  /** Reads of the variant's registry while samples were taken. */
  readonly kvReads: number
  /** Refreshes that the time it took allows: one a window, and one that was due. */
  readonly refreshes: number
  readonly calls: number
}

/** Figures by shape, then by variant. */
export type Figures = Record<string, Record<string, Figure>>

/** An answer was wrong, or not the origin's: there is nothing to measure. */
export class WrongAnswer extends Error {}

/**
 * Short, as a machine's speed drifts and the variants of a round should meet the same weather; long enough that the
 * processor's caches are the variant's own for most of it.
 */
const sampleUs = (shape: ShapeName) => (shape === 'large' ? 50_000 : 25_000)
/** Calls at once, as a busy isolate has them: one at a time would make a turn of the event loop of each hop. */
const lanes = (shape: ShapeName) => (shape === 'large' ? 1 : 8)
/** What V8 takes to compile for good what is called most, some ten thousand calls: the first shape pays for the others. */
const firstWarmUpUs = 5_000_000
const warmUpUs = 300_000
/** A record is fresh for so long (docs/registry.md). */
const freshMs = 5_000

export async function measure({ services, kv, modules, variants, twins, shapes, plan }: Setup): Promise<Figures> {
  const all: Record<string, Round[]> = {}
  for (let start = 0; start < plan.starts; start++) {
    await withKv(kv, async (registries) => {
      const workerd = await startWorkerd(workerdConfig({ ...services, ...registries }, 'driver'), modules)
      try {
        for (const [number, shape] of shapes.entries()) {
          const sizes = await warmUp(workerd, variants, shape, number === 0 ? firstWarmUpUs : warmUpUs)
          all[shape] = [...(all[shape] ?? []), ...(await sampleRounds(sizes, plan.samples))]
        }
      } finally {
        await workerd.stop()
      }
    })
  }
  return Object.fromEntries(shapes.map((shape) => [shape, figuresOf(all[shape] ?? [], variants, twins)]))
}

/** One sample of each variant, by name, and how long they took together. */
interface Round {
  readonly samples: Readonly<Record<string, { readonly us: number; readonly calls: number; readonly kvReads: number }>>
  readonly startsProcess: boolean
  readonly tookMs: number
}

/**
 * A machine may be twice as slow a second later, for all variants alike, so each sample is compared with those of its
 * own round. The median of that is little moved by rounds in which something else happened to one of them.
 */
function figuresOf(rounds: readonly Round[], variants: readonly Variant[], [one, other]: Setup['twins']) {
  const us = ({ samples }: Round, name: string) => samples[name]?.us ?? Number.NaN
  const yardstick = (round: Round) => mean([us(round, one), us(round, other)])
  const baseUs = lowerQuartile(rounds.map(yardstick))
  const elapsedMs = rounds.reduce((sum, { tookMs }) => sum + tookMs, 0)
  const refreshes = Math.floor(elapsedMs / freshMs) + rounds.filter(({ startsProcess }) => startsProcess).length

  const figureOf = ({ name }: Variant): Figure => {
    const base = (round: Round) => (name === other ? us(round, one) : yardstick(round))
    const ratio = name === one ? 1 : median(rounds.map((round) => us(round, name) / base(round)))
    const total = (pick: 'calls' | 'kvReads') =>
      rounds.reduce((sum, { samples }) => sum + (samples[name]?.[pick] ?? 0), 0)
    return { ratio, us: ratio * baseUs, kvReads: total('kvReads'), refreshes, calls: total('calls') }
  }
  return Object.fromEntries(variants.map((variant) => [variant.name, figureOf(variant)]))
}

/** @param sizes how many calls make a sample of each. */
async function sampleRounds(sizes: ReadonlyMap<Driver, number>, count: number): Promise<Round[]> {
  const drivers = [...sizes.keys()]
  const random = seeded(1)
  const triggerUs: number[] = []
  const rounds: Round[] = []
  for (let number = 0; number < count; number++) {
    const startedAt = Date.now()
    const samples: Record<string, { us: number; calls: number; kvReads: number }> = {}
    triggerUs.push((await (drivers[number % drivers.length] as Driver).sample(0)).us)
    // Each round has an order of its own: nobody always follows the one who leaves garbage behind.
    for (const driver of shuffled(drivers, random)) {
      const calls = sizes.get(driver) as number
      samples[driver.name] = { ...(await driver.sample(calls)), calls }
    }
    rounds.push({ samples, startsProcess: number === 0, tookMs: Date.now() - startedAt })
  }
  const trigger = median(triggerUs)
  return rounds.map((round) => ({ ...round, samples: perCall(round.samples, trigger) }))
}

function perCall(samples: Round['samples'], triggerUs: number): Round['samples'] {
  const net = Object.entries(samples).map(([name, sample]) => {
    return [name, { ...sample, us: (sample.us - triggerUs) / sample.calls }] as const
  })
  return Object.fromEntries(net)
}

interface Driver {
  readonly name: string
  /** CPU spent on a trigger for so many calls, and the reads of the registry that were made meanwhile. */
  sample(calls: number): Promise<{ us: number; kvReads: number }>
}

function driverOf(workerd: Workerd, variant: Variant, shape: ShapeName): Driver {
  let reads = 0
  return {
    name: variant.name,
    async sample(calls) {
      const cpuBefore = workerd.cpuUs()
      const { kvReads } = await call(workerd, variant, shape, calls)
      // The scheduler books a thread's time when it goes to sleep, which is shortly after the answer has left.
      await wait(2)
      const us = workerd.cpuUs() - cpuBefore
      const news = kvReads - reads
      reads = kvReads
      return { us, kvReads: news }
    },
  }
}

/** Answers how many calls make a sample of each variant. */
async function warmUp(workerd: Workerd, variants: readonly Variant[], shape: ShapeName, forUs: number) {
  const sizes = new Map<Driver, number>()
  for (const variant of variants) {
    const driver = driverOf(workerd, variant, shape)
    let calls = 2
    let leastUs = Number.POSITIVE_INFINITY
    for (let spentUs = 0; spentUs < forUs; ) {
      const { us } = await driver.sample(calls)
      spentUs += us
      leastUs = Math.min(leastUs, us / calls)
      calls = Math.max(2, Math.min(calls * 4, Math.round(sampleUs(shape) / leastUs)))
    }
    sizes.set(driver, calls)
  }
  return sizes
}

const originCalls = new WeakMap<Workerd, number>()

/** Has the driver call a variant. Every answer is checked, and that each was the origin's, asked once. */
export async function call(
  workerd: Workerd,
  { name, hosts = ['users'] }: Variant,
  shape: ShapeName,
  calls: number,
): Promise<Outcome> {
  const task: Task = { variant: name, shape, calls, lanes: lanes(shape), hosts }
  const response = await fetch(workerd.url, { method: 'POST', body: JSON.stringify(task) })
  if (!response.ok) throw new WrongAnswer(`${name}: ${await response.text()}`)
  const outcome = (await response.json()) as Outcome
  if (outcome.wrong !== undefined) throw new WrongAnswer(`${name}: ${outcome.wrong}`)
  const reached = outcome.originCalls - (originCalls.get(workerd) ?? 0)
  originCalls.set(workerd, outcome.originCalls)
  if (reached !== calls) throw new WrongAnswer(`${name}: ${calls} calls, of which the origin saw ${reached}.`)
  return outcome
}
