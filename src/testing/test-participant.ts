/** A service as a participant of sagas should be: each key once, an undo that always succeeds, and a tombstone for what comes late. */
import { dispositionOf } from '../core/disposition.ts'
import { UNDO_SUFFIX } from '../saga/key.ts'
import type { TestHandler } from './test-mesh.ts'

export interface TestParticipant extends TestHandler {
  /** The keys of steps that are done and not undone. */
  readonly effects: ReadonlySet<string>
  /** How often each key has been carried out: never more than once. */
  readonly counts: ReadonlyMap<string, number>
}

/**
 * @param answer what it answers to a step of which it hears the first time. 2xx is an effect. Default: 200 and `{ "id": key }`.
 *
 * @example
 * const credit = testParticipant(() => Response.json({ id: 'r1' }))
 */
export function testParticipant(answer: TestHandler = asId): TestParticipant {
  const effects = new Set<string>()
  const counts = new Map<string, number>()
  const answered = new Map<string, Promise<{ status: number; type: string; body: string }>>()
  const tombstones = new Set<string>()

  async function first(key: string, request: Request) {
    const response = await answer(request)
    if (response.ok) {
      effects.add(key)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? 'text/plain',
      body: await response.text(),
    }
  }

  async function participant(request: Request): Promise<Response> {
    const key = request.headers.get('idempotency-key')
    if (key === null) return answer(request)
    if (key.endsWith(UNDO_SUFFIX)) {
      const undone = key.slice(0, -UNDO_SUFFIX.length)
      tombstones.add(undone)
      // What is being done is done first: one object, one turn.
      await answered.get(undone)
      effects.delete(undone)
      return Response.json({ undone })
    }
    // It was undone before it came.
    if (tombstones.has(key) && !answered.has(key)) return new Response('undone', { status: 410 })
    let said = answered.get(key)
    if (!said) {
      said = first(key, request)
      answered.set(key, said)
      // "Not now" is no answer to keep.
      const { status } = await said
      if (dispositionOf(status) === 'again') answered.delete(key)
    }
    const { status, type, body } = await said
    return new Response(body, { status, headers: { 'content-type': type } })
  }
  return Object.assign(participant, { effects, counts })
}

function asId(request: Request): Response {
  return Response.json({ id: request.headers.get('idempotency-key') })
}
