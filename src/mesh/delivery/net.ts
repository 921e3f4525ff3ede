/** The net: what the platform took out of a queue, since nobody settled it. It is kept as dead letters, and not delivered. */
import { readEnvelope } from '../../targets/queue/envelope.ts'
import type { DeadLetter } from '../../telemetry/dead-letter.ts'
import type { Inside } from '../inside.ts'
import type { Batch, Message } from './batch.ts'
import { letterOf, objectPlace } from './dead-letter.ts'
import { backoffMs, delaySeconds } from './redelivery.ts'
import { verdictOfNothing } from './verdict.ts'

/** The end of the name of a queue that is a net (docs/queues.md). */
const NET = '-dlq'

export function isNet({ queue }: Batch): boolean {
  return queue.endsWith(NET)
}

/** Each ends in one `ack`, or comes again where there is no object that keeps it: into a queue it might go round. */
export async function keepAll({ settings }: Inside, { queue, messages }: Batch): Promise<void> {
  const { bindings, clock, random, log } = settings
  const place = objectPlace(bindings)
  for (const message of messages) {
    const letter = letterFor(message, queue, clock.now())
    let lost: string | undefined
    try {
      if (!place) throw new Error('this Worker has no object DEAD_LETTERS.')
      await place(letter)
      message.ack()
    } catch (error) {
      lost = error instanceof Error ? error.message : String(error)
      message.retry({ delaySeconds: delaySeconds(backoffMs(verdictOfNothing().policy, message.attempts, random)) })
    }
    log({
      level: lost === undefined ? 'warn' : 'error',
      event: 'dead_letter',
      code: letter.data.reason,
      service: letter.data.to,
      traceId: letter.traceparent?.split('-')[1],
      message: lost === undefined ? letter.data.detail : `${letter.data.detail} ${message.id} is not kept: ${lost}`,
    })
  }
}

/** One that was a dead letter already has its reason. */
function letterFor(message: Message, queue: string, now: number): DeadLetter {
  const { body } = message
  if (isLetter(body)) return body
  const read = readEnvelope(body)
  const verdict = { ...verdictOfNothing(), event: 'reason' in read ? identified(body) : read }
  const from = queue.slice(0, -NET.length)
  const detail = `The platform took it out of ${from}: its consumer ended again and again before it was settled.`
  return letterOf(verdict, { reason: 'undelivered', detail }, message, from, now)
}

/** An event, or whatever else says which it is. */
function identified(body: unknown): { readonly id: string } | undefined {
  return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string'
    ? { id: body.id }
    : undefined
}

function isLetter(body: unknown): body is DeadLetter {
  return (
    typeof body === 'object' &&
    body !== null &&
    'type' in body &&
    body.type === 'selvedge.dead-letter' &&
    'data' in body &&
    typeof body.data === 'object'
  )
}
