/** An endpoint without a mesh: it answers after a while, lets work wait in a queue, or fails as the scenario says. */
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import { drawMs } from './draw.ts'
import type { BackendEndpoint, Fault, Latency } from './scenario.ts'

/** Sent to something that answers with a status. */
export interface Job {
  /** The instant after which its caller does not wait, `Infinity` where that is not known. */
  readonly deadlineAt: number
  /** Has its caller left, and is that known here? */
  isCancelled(): boolean
  /** What is asked for. Default `/`. */
  readonly path?: string
  answer(status: number, headers?: Readonly<Record<string, string>>): void
}

export type Answering = (job: Job) => void

/** How long a failure takes where the scenario does not say, in milliseconds. */
const FAIL_MS = 2

/** @param faults what befalls this endpoint. */
export function backend(given: BackendEndpoint, faults: readonly Fault[], clock: Clock, random: Random): Answering {
  const { capacity = Number.POSITIVE_INFINITY, queueMs = Number.POSITIVE_INFINITY } = given
  const longest = (queueMs / 1000) * capacity
  const queue: Job[] = []
  let next = 0
  let isBusy = false
  /** Requests of the last second, by the fault that allows so many of them. */
  const recent = new Map<Fault, number[]>()

  return function receive(job) {
    const fault = faultAt(faults, clock.now(), job.path)
    if (fault && fails(fault)) {
      clock.after(fault.failMs ?? FAIL_MS, () => job.answer(fault.status ?? 503, fault.headers))
    } else if (capacity === Number.POSITIVE_INFINITY) {
      serve(job)
    } else if (queue.length - next >= longest) {
      job.answer(503)
    } else {
      queue.push(job)
      if (!isBusy) takeUp()
    }
  }

  function fails(fault: Fault): boolean {
    const { failShare, perSecond } = fault
    if (perSecond === undefined) return failShare !== undefined && random.next() < failShare
    const now = clock.now()
    const taken = (recent.get(fault) ?? []).filter((at) => now - at < 1000)
    recent.set(fault, taken)
    if (taken.length >= perSecond) return true
    taken.push(now)
    return false
  }

  /** The next one that is worth it. The place it holds is free for another when its share of a second has passed. */
  function takeUp(): void {
    const job = following()
    isBusy = job !== undefined
    if (!job) return
    serve(job)
    const share = faultAt(faults, clock.now())?.capacityShare ?? 1
    clock.after(1000 / (capacity * share), takeUp)
  }

  function following(): Job | undefined {
    while (next < queue.length) {
      const job = queue[next++] as Job
      if (job.isCancelled()) continue
      if (given.needsMs === undefined || clock.now() + given.needsMs <= job.deadlineAt) return job
      job.answer(504)
    }
    queue.length = 0
    next = 0
    return undefined
  }

  function serve(job: Job): void {
    clock.after(drawMs(latency(job), random), () => job.answer(200))
  }

  function latency({ path }: Job): Latency {
    return faultAt(faults, clock.now(), path)?.latency ?? given.latency
  }
}

/** What befalls it now, or requests for this path, if anything does. */
function faultAt(faults: readonly Fault[], now: number, path = '/'): Fault | undefined {
  for (const fault of faults) if ((fault.path ?? path) === path && isOn(fault, now)) return fault
  return undefined
}

function isOn({ fromMs, toMs, flapMs }: Fault, now: number): boolean {
  if (now < fromMs || now >= toMs) return false
  return flapMs === undefined || Math.floor((now - fromMs) / flapMs) % 2 === 0
}
