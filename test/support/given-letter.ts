/** A dead letter, as who delivers writes it: a text of JSON. */
import type { DeadLetter } from '../../src/telemetry/dead-letter.ts'
import { givenEnvelope } from './given-queue.ts'

export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

export function givenLetter(over: Partial<DeadLetter> = {}, data: Partial<DeadLetter['data']> = {}): string {
  const { id = 'order-42' } = over
  const letter: DeadLetter = {
    specversion: '1.0',
    id,
    type: 'selvedge.dead-letter',
    source: 'urn:selvedge:mesh',
    subject: 'jobs',
    time: '2026-11-24T16:00:00.000Z',
    datacontenttype: 'application/json',
    traceparent: TRACEPARENT,
    ...over,
    data: {
      reason: 'status 422',
      detail: 'resizer answered 422.',
      status: 422,
      answer: 'no such picture',
      queue: 'jobs',
      messageId: 'm-1',
      sentAt: '2026-11-24T15:59:58.000Z',
      attempts: 1,
      to: 'resizer',
      binding: 'JOBS',
      message: givenEnvelope({ id }),
      ...data,
    },
  }
  return JSON.stringify(letter)
}
