/** The consumer of queues: each message is delivered to the name that its record says, and settled by itself. */
import { subrequests } from '../../core/engine/subrequests.ts'
import type { DeadLetter } from '../../telemetry/dead-letter.ts'
import type { DeliveryOutcome } from '../../telemetry/numbers/numbers-digest.ts'
import type { Inside, Part } from '../inside.ts'
import type { Batch, Message } from './batch.ts'
import { letterOf, placeOf } from './dead-letter.ts'
import { isNet, keepAll } from './net.ts'
import { backoffMs, delaySeconds } from './redelivery.ts'
import { type Judge, type Means, type Told, verdictOn } from './verdict.ts'

export type { Batch, DeadLetter, Message }

/** A `queue()` handler of a Worker. It never fails: that would bring the whole batch again. */
export type Deliver = (batch: Batch, env: unknown, ctx: { waitUntil(work: Promise<unknown>): void }) => Promise<void>

/** Deliveries at once: connections of one invocation that may wait for an answer (Workers limits). */
const AT_ONCE = 6
/** From so many deliveries on a message is delivered by itself, after all others: it may be one that ends its consumer. */
const SUSPECT = 3
/** A consumer may run for 15 min (Queues limits); in the last of them nothing is begun. In milliseconds. */
const WALL_MS = 14 * 60_000
/** A delivery may need so many subrequests: to read the record, to call, and for a dead letter. */
const NEEDED = 3
/** What was not begun is brought again after so many milliseconds. */
const SOON_MS = 1000

/**
 * Delivers what queues bring to the names that records say (`deliverTo`): `mesh.with(delivery)` is the `queue()` handler of a
 * Worker, `createWorker({ delivery })` has it.
 *
 * @example
 * export default { ...mesh.serve(handler), queue: mesh.with(delivery) }
 */
export const delivery: Part<Deliver> = (inside) => consumer(inside, verdictOn)

/** A consumer of queues that judges messages so. */
export function consumer(inside: Inside, judge: Judge): Deliver {
  const { settings } = inside
  const { clock, maxSubrequests } = settings
  // A delivery that has timed out would hold one of the batch's connections until all of it is over.
  const own = settings.platformCancels
    ? { ...inside, call: inside.calling({ ...settings, platformCancels: false }) }
    : inside

  return async function deliver(batch, _env, ctx) {
    clock.turn?.()
    if (isNet(batch)) return keepAll(own, batch)
    tellBacklog(settings, batch)
    const endsAt = clock.now() + WALL_MS
    const means: Means = { subrequests: subrequests(maxSubrequests), defer: (work) => ctx.waitUntil(work) }
    const settleOne = (message: Message) => settle(own, judge, batch.queue, message, means, endsAt)
    await some(
      batch.messages.filter(({ attempts }) => attempts < SUSPECT),
      AT_ONCE,
      settleOne,
    )
    await some(
      batch.messages.filter(({ attempts }) => attempts >= SUSPECT),
      1,
      settleOne,
    )
  }
}

/** Tells what waits in the queue, where somebody counts. */
function tellBacklog({ counting, clock }: Inside['settings'], { queue, metadata }: Batch): void {
  const { metrics } = metadata ?? {}
  if (!metrics) return
  const { backlogCount: backlog, oldestMessageTimestamp: oldest } = metrics
  counting?.waiting?.(queue, { backlog, oldestMs: oldest ? Math.max(0, clock.now() - oldest.getTime()) : 0 })
}

/** Does it for all, `most` at once. */
async function some(messages: readonly Message[], most: number, settle: (message: Message) => Promise<void>) {
  const left = messages.values()
  const worker = async () => {
    for (const message of left) await settle(message)
  }
  await Promise.all(Array.from({ length: most }, worker))
}

/** Ends in one `ack` or one `retry` of this message, whatever happens. */
async function settle(
  inside: Inside,
  judge: Judge,
  queue: string,
  message: Message,
  means: Means,
  endsAt: number,
): Promise<void> {
  const { clock, random, log, bindings, counting } = inside.settings
  if (clock.now() >= endsAt || means.subrequests.left < NEEDED) {
    message.retry({ delaySeconds: delaySeconds(SOON_MS) })
    return
  }
  const verdict = await judge(inside, message, means)
  const { disposition, event, to, waitMs, policy, told } = verdict
  const { attempts } = message
  const count = (outcome: DeliveryOutcome) =>
    counting?.delivered?.(to ?? '', queue, outcome, Math.max(0, clock.now() - message.timestamp.getTime()))
  if (disposition === 'done' || !told) {
    count(verdict.isDuplicate ? 'duplicate' : 'acked')
    message.ack()
    return
  }
  if (disposition === 'soon') {
    count('retried')
    message.retry({ delaySeconds: delaySeconds(SOON_MS) })
    return
  }
  const again = () => {
    count('retried')
    const backoff = backoffMs(policy, attempts, random)
    // A receiver knows when to come back. What the mesh itself says is for callers that wait: it would use all attempts up at once.
    const wait = told.status === undefined ? Math.max(waitMs ?? 0, backoff) : (waitMs ?? backoff)
    message.retry({ delaySeconds: delaySeconds(wait) })
  }
  if (disposition === 'again' && attempts < policy.attempts) {
    again()
    return
  }
  const last = disposition === 'again' ? usedUp(told, attempts) : told
  const place = placeOf(bindings, policy.deadLetter)
  let lost = place ? undefined : `${message.id} has nowhere to go: this Worker has no place for dead letters.`
  if (place) {
    means.subrequests.take(1)
    try {
      // First this: a crash in between makes two letters with one id, never none.
      await place(letterOf(verdict, last, message, queue, clock.now()), message.body)
    } catch (error) {
      lost = `The place for dead letters did not take ${message.id}: ${error instanceof Error ? error.message : error}`
    }
  }
  log({
    level: lost === undefined ? 'warn' : 'error',
    event: 'dead_letter',
    code: last.reason,
    service: to,
    key: event?.record,
    caller: event?.caller,
    traceId: event?.traceparent?.split('-')[1],
    message: lost === undefined ? last.detail : `${last.detail} ${lost}`,
  })
  if (lost === undefined) {
    count(last.reason === 'expired' ? 'expired' : 'dead')
    message.ack()
  }
  // In the end the platform takes it out, into its own queue of dead letters if there is one.
  else again()
}

function usedUp({ reason, detail, ...answered }: Told, attempts: number): Told {
  return { reason: 'attempts_used_up', detail: `Delivery ${attempts} was the last: ${reason}. ${detail}`, ...answered }
}
