/**
 * A variant in a process of its own, with a driver that calls it and an origin behind it.
 *
 * A process of its own, so that what compiles and collects garbage in other threads is booked to the variant that made it: of equal Workers
 * in one process the sums of CPU over 20,000 calls strayed by up to 11 %, in a process each by 2.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Services, workerdConfig } from './config.ts'
import type { Setup, Variant } from './setup.ts'
import { median } from './statistics.ts'
import { type CaseName, caseOf } from './variants/cases.ts'
import type { Outcome, Task } from './variants/driver.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

export interface Driven {
  readonly name: string
  /** Has the variant called so many times; 0 is the trigger alone. */
  sample(name: CaseName, calls: number): Promise<Sample>
  stop(): Promise<void>
}

export interface Sample {
  /** CPU that the process has spent since the last sample, in microseconds: late garbage is paid for, too. */
  readonly us: number
  readonly calls: number
  /** Reads of the variant's registry meanwhile. */
  readonly kvReads: number
}

/** An answer was wrong, or not the origin's: there is nothing to measure. */
export class WrongAnswer extends Error {}

/** Calls at once, as a busy isolate has them: one at a time would make a turn of the event loop of each hop. */
const LANES = 8
/** Calls of the origin by the driver alone, so that both are warm before the variant is called once. */
const BEFORE = 5_000

/** @param v8Flags of the process. @param onOutput hears what it prints. */
export async function drive(
  setup: Pick<Setup, 'services' | 'modules'>,
  variant: Variant,
  { v8Flags = [], onOutput }: { v8Flags?: readonly string[]; onOutput?: (text: string) => void } = {},
): Promise<Driven> {
  const config = workerdConfig(servicesOf(setup.services, variant), 'driver', v8Flags)
  const workerd = await startWorkerd(config, setup.modules, onOutput)
  let originCalls = 0
  let reads = 0
  let spentUs = 0

  async function sample(target: Task['target'], name: CaseName, calls: number): Promise<Sample> {
    const lanes = caseOf(name).isLong ? 1 : LANES
    const task: Task = { target, case: name, calls, lanes, hosts: variant.hosts, before: originCalls }
    const outcome = await asked(workerd, task, variant.name)
    // The scheduler books a thread's time when it goes to sleep, which is shortly after the answer has left.
    await wait(2)
    const reached = outcome.originCalls - originCalls
    if (reached !== calls) throw new WrongAnswer(`${variant.name}: ${calls} calls, of which the origin saw ${reached}.`)
    const taken = { us: workerd.cpuUs() - spentUs, calls, kvReads: outcome.kvReads - reads }
    originCalls += reached
    reads = outcome.kvReads
    spentUs += taken.us
    return taken
  }

  try {
    await sample('ORIGIN', 'small', BEFORE)
  } catch (error) {
    await workerd.stop()
    throw error
  }
  return { name: variant.name, sample: (name, calls) => sample('VARIANT', name, calls), stop: workerd.stop }
}

/** What a trigger alone costs. The first ones are for the compiler. */
export async function triggerUs(driven: Driven): Promise<number> {
  const samples: number[] = []
  for (let taken = 0; taken < 40; taken++) samples.push((await driven.sample('small', 0)).us)
  return median(samples.slice(20))
}

/** Of all Workers those that the variant needs: workerd loads whatever its configuration names. */
function servicesOf(services: Services, { name, entrypoint, kv }: Variant): Services {
  const worker = services[name]
  const origin = services.origin
  if (!worker || !origin) throw new RangeError(`No service is called ${name}, or there is no origin.`)
  const own = entrypoint === undefined ? { service: name } : { service: name, entrypoint }
  const reads = kv === undefined ? {} : { KV: { service: kv } }
  const bindings = { ORIGIN: { service: 'origin' }, VARIANT: own, ...reads }
  const externals = Object.entries(services).filter(([, to]) => 'address' in to)
  return { driver: { code: 'driver.js', bindings }, origin, ...Object.fromEntries(externals), [name]: worker }
}

async function asked({ url }: Workerd, task: Task, name: string): Promise<Outcome> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(task) })
  if (!response.ok) throw new WrongAnswer(`${name}: ${await response.text()}`)
  const outcome = (await response.json()) as Outcome
  if (outcome.wrong !== undefined) throw new WrongAnswer(`${name}: ${outcome.wrong}`)
  return outcome
}
