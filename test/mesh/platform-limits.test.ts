/** One invocation within the limits of the platform, which are emulated: local runs enforce none of them. */
import { describe, expect, it } from 'vitest'
import { sleep } from '../../src/core/time/clock.ts'
import { createMesh } from '../../src/index.ts'
import type { Registry } from '../../src/registry/registry.ts'
import { MeshError, memoryRegistry, seeded } from '../../src/testing.ts'
import { type Invocation, invocation } from '../support/platform.ts'
import { quickClock } from '../support/upstream.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext
const USERS = 'https://users.example.com'

/** A handler that makes `count` calls for one request, one after the other or all at once. */
function given(platform: Invocation, options: { maxSubrequests?: number; record?: object; registry?: Registry } = {}) {
  const { record = { endpoints: [USERS] }, registry = memoryRegistry({ users: record }), ...rest } = options
  const clock = quickClock()
  const mesh = createMesh({ registry, clock, random: seeded(3), fetch: platform.fetch, log: 'off', ...rest })
  const codeOf = async (call: Promise<Response>) => {
    try {
      return (await call).status
    } catch (error) {
      return error instanceof MeshError ? error.code : String(error)
    }
  }
  const serve = (handle: () => Promise<(string | number)[]>) =>
    clock.run(
      Promise.resolve(
        mesh.serve({ fetch: async () => Response.json(await handle()) }).fetch(new Request('http://front/'), {}, ctx),
      ),
    )
  return {
    clock,
    async inTurn(count: number) {
      const answer = await serve(async () => {
        const codes: (string | number)[] = []
        for (let call = 0; call < count; call++) codes.push(await codeOf(mesh.fetch('http://users/')))
        return codes
      })
      return (await answer.json()) as (string | number)[]
    },
    async atOnce(count: number) {
      const answer = await serve(() =>
        Promise.all(Array.from({ length: count }, () => codeOf(mesh.fetch('http://users/')))),
      )
      return (await answer.json()) as (string | number)[]
    },
  }
}

/** A registry in memory that costs what KV costs. */
function metered(records: Record<string, string | object>, platform: Invocation): Registry {
  const memory = memoryRegistry(records)
  return {
    read(keys) {
      platform.subrequest()
      return memory.read(keys)
    },
  }
}

describe('fifty subrequests', () => {
  it('are what the platform allows: without the count the fifty-first throws', async () => {
    const platform = invocation(async () => new Response())
    const codes = await given(platform, { maxSubrequests: 10_000 }).inTurn(51)
    expect(codes.slice(0, 50)).toEqual(Array(50).fill(200))
    expect(codes[50]).toBe('endpoint_unreachable')
  })

  it('are never asked for: a call beyond the fortieth is refused, and ten are left to the handler', async () => {
    const platform = invocation(async () => new Response())
    const codes = await given(platform).inTurn(60)
    expect(codes).toEqual([...Array(40).fill(200), ...Array(20).fill('limit_subrequests')])
    expect(platform.made).toBe(40)
  })

  it('are shared by calls and retries, and the last answer is passed on where no retry is left', async () => {
    const platform = invocation(async () => new Response(null, { status: 503 }))
    const record = { endpoints: [USERS], retryConstraint: 'off' }
    const codes = await given(platform, { record, maxSubrequests: 5 }).inTurn(3)
    // One call with its two retries, then one with a retry: the answer of the upstream is passed on, not an error of ours.
    expect(codes).toEqual([503, 503, 'limit_subrequests'])
    expect(platform.made).toBe(5)
  })

  it('count the reads of the registry', async () => {
    const platform = invocation(async () => new Response())
    const registry = metered({ users: { alias: 'people' }, people: { alias: 'humans' }, humans: USERS }, platform)
    const codes = await given(platform, { registry, maxSubrequests: 5 }).inTurn(3)
    expect(codes).toEqual([200, 200, 'limit_subrequests'])
    expect(platform.made).toBe(5)
  })

  it('refuse a name that is not known here, where no read is left for it', async () => {
    const platform = invocation(async () => new Response())
    const registry = metered({ users: { alias: 'people' }, people: USERS }, platform)
    expect(await given(platform, { registry, maxSubrequests: 1 }).inTurn(1)).toEqual(['limit_subrequests'])
    expect(platform.made).toBe(1)
  })

  it('are counted anew for each request', async () => {
    const platform = invocation(async () => new Response())
    const subject = given(platform, { maxSubrequests: 2 })
    expect(await subject.inTurn(3)).toEqual([200, 200, 'limit_subrequests'])
    expect(await subject.inTurn(3)).toEqual([200, 200, 'limit_subrequests'])
  })
})

describe('six connections', () => {
  it('are all that wait at once, and the calls that queue are answered', async () => {
    const clock = quickClock()
    const platform = invocation(async () => {
      await sleep(clock, 10)
      return new Response()
    })
    const mesh = createMesh({
      registry: memoryRegistry({ users: USERS }),
      clock,
      random: seeded(3),
      fetch: platform.fetch,
      log: 'off',
    })
    const calls = Array.from({ length: 20 }, () => mesh.fetch('http://users/'))
    const statuses = (await clock.run(Promise.all(calls))).map(({ status }) => status)
    expect(statuses).toEqual(Array(20).fill(200))
    expect(platform.peak).toBe(6)
  })
})
