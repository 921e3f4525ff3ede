/** Measures variants of one Worker against each other: CPU a call, samples taken in turn, over several starts of workerd. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Workers, workerdConfig } from './config.ts'
import { lowerQuartile } from './statistics.ts'
import type { Counts, Outcome, Task } from './variants/driver.ts'
import type { ShapeName } from './variants/shapes.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

export interface Plan {
  /** Processes, one after another. Default 3. */
  readonly starts: number
  /** Samples of each variant in a process. Default 16. */
  readonly samples: number
}

export interface Variant {
  readonly name: string
  /** The hosts to call in turn. Default: `users` alone. */
  readonly hosts?: readonly string[]
}

export interface Figure {
  /** CPU a call, of the whole process, in microseconds: the lower quartile of the samples. */
  readonly us: number
  /** Reads of the registry while samples were taken. */
  readonly kvReads: number
  /** Refreshes that the time it took allows: one a window, and one that was due. */
  readonly refreshes: number
  readonly calls: number
}

/** Figures by shape, then by variant. */
export type Figures = Record<string, Record<string, Figure>>

export interface Setup {
  readonly workers: Workers
  readonly modules: Readonly<Record<string, string>>
  readonly variants: readonly Variant[]
  readonly shapes: readonly ShapeName[]
  readonly plan: Plan
}

/** An answer was wrong, or not the origin's: there is nothing to measure. */
export class WrongAnswer extends Error {}

/** Long enough that the trigger vanishes and short enough to be disturbed rarely. */
const sampleUs = 25_000
/** As a busy isolate has them. One call at a time makes a turn of the event loop of each hop, KV most of all. */
const lanes = 8
/** What V8 takes to compile for good. */
const warmUpUs = 300_000
/** A record is fresh for so long (docs/registry.md). */
const freshMs = 5_000

export async function measure({ workers, modules, variants, shapes, plan }: Setup): Promise<Figures> {
  const taken = new Map<string, Taken>()
  for (let start = 0; start < plan.starts; start++) {
    const workerd = await startWorkerd(workerdConfig(workers, 'driver'), modules)
    try {
      for (const shape of shapes) await sampleShape(workerd, variants, shape, plan.samples, taken)
    } finally {
      await workerd.stop()
    }
  }
  const figures: Figures = {}
  for (const [key, { us, ...counted }] of taken) {
    const [shape, name] = key.split(' ') as [string, string]
    figures[shape] ??= {}
    figures[shape][name] = { us: lowerQuartile(us), ...counted }
  }
  return figures
}

interface Taken {
  readonly us: number[]
  kvReads: number
  refreshes: number
  calls: number
}

async function sampleShape(
  workerd: Workerd,
  variants: readonly Variant[],
  shape: ShapeName,
  rounds: number,
  taken: Map<string, Taken>,
): Promise<void> {
  const sizes = new Map<Variant, number>()
  for (const variant of variants) sizes.set(variant, await warmUp(workerd, variant, shape))
  const startedAt = Date.now()
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another variant: nobody always follows the one who leaves garbage behind.
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(turn + round) % variants.length] as Variant
      const calls = sizes.get(variant) as number
      const { us, kvReads } = await sample(workerd, variant, shape, calls)
      const all = takenOf(taken, shape, variant)
      all.us.push(us / calls)
      all.kvReads += kvReads
      all.calls += calls
    }
  }
  const refreshes = Math.floor((Date.now() - startedAt) / freshMs) + 1
  for (const variant of variants) takenOf(taken, shape, variant).refreshes += refreshes
}

function takenOf(taken: Map<string, Taken>, shape: ShapeName, { name }: Variant): Taken {
  const key = `${shape} ${name}`
  const known = taken.get(key) ?? { us: [], kvReads: 0, refreshes: 0, calls: 0 }
  taken.set(key, known)
  return known
}

/** Answers how many calls make a sample. */
async function warmUp(workerd: Workerd, variant: Variant, shape: ShapeName): Promise<number> {
  let calls = 2
  let leastUs = Number.POSITIVE_INFINITY
  for (let spentUs = 0; spentUs < warmUpUs; ) {
    const { us } = await sample(workerd, variant, shape, calls)
    spentUs += us
    leastUs = Math.min(leastUs, us / calls)
    calls = Math.max(2, Math.min(calls * 4, Math.round(sampleUs / leastUs)))
  }
  return calls
}

async function sample(workerd: Workerd, variant: Variant, shape: ShapeName, calls: number) {
  const before = await counts(workerd)
  await settled()
  const cpuBefore = workerd.cpuUs()
  await call(workerd, variant, shape, calls)
  await settled()
  const us = workerd.cpuUs() - cpuBefore
  const after = await counts(workerd)
  const reached = after.originCalls - before.originCalls
  if (reached !== calls) throw new WrongAnswer(`${variant.name}: ${calls} calls, but the origin saw ${reached}.`)
  return { us, kvReads: after.kvReads - before.kvReads }
}

/** Has the driver call a variant, all answers checked. */
export async function call({ url }: Workerd, { name, hosts = ['users'] }: Variant, shape: ShapeName, calls: number) {
  const task: Task = { variant: name, shape, calls, lanes: shape === 'large' ? 1 : lanes, hosts }
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(task) })
  if (!response.ok) throw new WrongAnswer(`${name}: ${await response.text()}`)
  const { wrong } = (await response.json()) as Outcome
  if (wrong !== undefined) throw new WrongAnswer(`${name}: ${wrong}`)
}

async function counts({ url }: Workerd): Promise<Counts> {
  return (await (await fetch(url)).json()) as Counts
}

// The scheduler books a thread's time when it goes to sleep, which is shortly after the answer has left.
const settled = () => wait(2)
