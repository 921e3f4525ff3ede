/** Endpoints that do as a test of two filters says, and callers that do not wait for them. */
import type { Endpoint } from '../../../src/core/endpoint.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { connectionLost, quickClock } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'

/** An endpoint that never answers. */
export const never = () => new Promise<never>(() => {})

/** Why a caller has left. */
export const gone = () => new DOMException('The client has gone.', 'AbortError')

/** Endpoints by their letter; what each does may be changed while they are called. */
export function behaving(policy: object, ...letters: string[]) {
  const does: Record<string, () => Promise<Response>> = {}
  const calls: Record<string, number> = Object.fromEntries(letters.map((letter) => [letter, 0]))
  const record = { endpoints: letters.map((letter) => `https://${letter}.example.com`), ...policy }
  const clock = quickClock()
  const send = (_: Request, { endpoint }: { readonly endpoint: Endpoint }) => {
    const letter = endpoint.id.charAt('https://'.length)
    calls[letter] = (calls[letter] ?? 0) + 1
    return does[letter]?.() ?? Promise.resolve(new Response())
  }
  const { call, users } = world(record, send, { clock })
  /** Calls until this endpoint has been asked `times` more. */
  const callUntil = async (letter: string, times = 1) => {
    const wanted = (calls[letter] ?? 0) + times
    for (let tries = 0; (calls[letter] ?? 0) < wanted; tries++) {
      if (tries > 1000) throw new Error(`${letter} is never asked.`)
      await clock.run(call().catch(() => {}))
      await clock.advance(5000)
    }
  }
  const isOut = async (letter: string) => {
    const { candidates } = await users()
    const health = candidates.find(({ endpoint }) => endpoint.id === `https://${letter}.example.com`)?.health
    return (health?.ejections ?? 0) > 0
  }
  return { clock, call, users, does, calls, callUntil, isOut }
}

export const unavailable = async () => new Response(null, { status: 503 })
export const reset = async () => {
  throw new MeshError('endpoint_unreachable', 'It did not answer.', { cause: connectionLost() })
}
