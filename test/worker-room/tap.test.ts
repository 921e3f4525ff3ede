import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Digest, DigestAnswer } from '../../src/telemetry/digest.ts'
import type { TapCall, TapOrder } from '../../src/telemetry/tap/tap.ts'
import type { Env } from '../../src/worker/env.ts'
import worker from '../../src/worker/worker.ts'

afterEach(() => {
  vi.useRealTimers()
})

const ORDER: TapOrder = { id: 'one', filter: {}, forMs: 60_000, most: 1_000 }

/** A Worker whose object answers each digest with `answer`; and the endpoint with `status`. */
function given(status = 200) {
  vi.useFakeTimers()
  const sent: Digest[] = []
  const wants = { answer: true as DigestAnswer }
  const STATS_OBJECT = {
    getByName: () => ({
      async digest(digest: Digest) {
        sent.push(digest)
        return wants.answer
      },
    }),
  }
  const record = JSON.stringify({ endpoints: [{ binding: 'USERS' }], rules: [{ name: 'all' }] })
  const getWithMetadata = async (key: string) => ({ value: key === 'services/users' ? record : null, metadata: null })
  const REGISTRY = { getWithMetadata } as unknown as KVNamespace
  const USERS = { fetch: async () => new Response('users', { status }) }
  const env = { REGISTRY, USERS, STATS_OBJECT, MESH_SHAPES: '0', MESH_LOG: 'off' } as unknown as Env
  const works: Promise<unknown>[] = []
  const ask = async (url: string, init: RequestInit = {}) => {
    const ctx = { waitUntil: (work: Promise<unknown>) => void works.push(work), props: {} }
    const request = new Request(url, init) as never
    return (await worker.fetch(request, env, ctx as unknown as ExecutionContext)).text()
  }
  /** The digest that is due is sent, and answered. */
  const digest = async () => {
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    return sent.at(-1)
  }
  return { ask, digest, sent, wants }
}

const callsOf = (digest: Digest | undefined): readonly TapCall[] => digest?.taps?.flatMap(({ calls }) => calls) ?? []

describe('a Worker whose calls somebody looks at', () => {
  it('tells of calls from the next digest on, and of none when nobody looks any more', async () => {
    const { ask, digest, wants } = given()
    await ask('http://users/before')
    wants.answer = { taps: [ORDER] }
    expect((await digest())?.taps).toBeUndefined()
    await ask('http://users/42/orders?page=7', { method: 'DELETE' })
    await ask('http://nobody/a')
    wants.answer = true
    expect(callsOf(await digest())).toMatchObject([
      {
        service: 'users',
        caller: undefined,
        method: 'DELETE',
        path: '/{number}/orders',
        status: 200,
        outcome: 'success',
        rule: 'all',
        attempts: [{ endpoint: 'binding:USERS', outcome: 'success', tookMs: 0 }],
        traceId: expect.stringMatching(/^[\da-f]{32}$/),
      },
      { service: '', path: '/a', status: 404, outcome: 'rejected', error: 'service_not_found', attempts: [] },
    ])
    await ask('http://users/after')
    expect((await digest())?.taps).toBeUndefined()
  })

  it('goes on where the object wants what this version does not know', async () => {
    const { ask, digest, wants } = given()
    wants.answer = { dances: [1] } as never
    await ask('http://users/a')
    await digest()
    await ask('http://users/b')
    expect((await digest())?.taps).toBeUndefined()
  })

  it('lets no value of a header or of a query out, whatever is sent', async () => {
    const { ask, digest, wants } = given(404)
    wants.answer = { taps: [ORDER] }
    await ask('http://users/a')
    await digest()
    const secret = fc.stringMatching(/^S3cret[A-Za-z0-9]{6,20}$/)
    const name = fc.constantFrom('authorization', 'cookie', 'x-api-key', 'baggage', 'user-agent', 'x-name', 'referer')
    const requests = fc.array(
      fc.record({
        headers: fc.dictionary(name, secret),
        query: fc.dictionary(fc.constantFrom('q', 'mail', 'token'), secret),
      }),
      { minLength: 1, maxLength: 20 },
    )
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        for (const { headers, query } of all) {
          await ask(`http://users/a?${new URLSearchParams(query)}`, { headers })
        }
        const told = await digest()
        expect(callsOf(told).length).toBe(all.length)
        expect(JSON.stringify(told)).not.toContain('S3cret')
      }),
      { numRuns: 20 },
    )
  })
})
