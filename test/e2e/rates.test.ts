/** Rates by the built mesh: counted by the real object of the built control plane, by the platform's binding, and by an isolate alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

const up = `export default { fetch: () => new Response('up') }`
const limited = (rate: object) => ({ endpoints: [{ binding: 'UP' }], limits: { rate } })

async function statuses(count: number, call: () => Promise<{ status: number }>): Promise<number[]> {
  return (await Promise.all(Array.from({ length: count }, call))).map(({ status }) => status).toSorted((a, b) => a - b)
}

describe('a mesh that binds the quota object', () => {
  let mesh: MeshWorker
  beforeAll(async () => {
    mesh = await startMesh({
      control: true,
      bindings: { UP: up },
      ratelimits: { RATE_3: { limit: 3, period: 60 } },
      records: {
        users: limited({ count: 5, interval: '1h' }),
        others: limited({ count: 5, interval: '1h', per: 'header:x-key' }),
        bound: limited({ binding: 'RATE_3', per: 'service' }),
        unbound: limited({ binding: 'RATE_9' }),
      },
    })
  })
  afterAll(() => mesh?.dispose())

  it('lets in as many as the record says, and tells the next when to come', async () => {
    expect(await statuses(8, () => mesh.call('/svc/users/'))).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
    const { status, headers, text } = await mesh.call('/svc/users/')
    expect([status, headers['selvedge-error'], headers['selvedge-retryable']]).toEqual([429, 'rate_limited', 'false'])
    expect(headers['ratelimit-policy']).toBe('"caller";q=5;w=3600')
    expect(headers.ratelimit).toBe(`"caller";r=0;t=${headers['retry-after']}`)
    expect(Number(headers['retry-after'])).toBeGreaterThan(3500)
    expect(JSON.parse(text)).toMatchObject({ code: 'rate_limited', 'violated-policies': ['caller'] })
  })

  it('counts callers apart', async () => {
    expect(await statuses(6, () => mesh.callTrusted('users', '/'))).toEqual([200, 200, 200, 200, 200, 429])
    const keyed = (key: string) => () => mesh.call('/svc/others/', { headers: { 'x-key': key } })
    expect(await statuses(6, keyed('one'))).toEqual([200, 200, 200, 200, 200, 429])
    expect(await statuses(5, keyed('other'))).toEqual([200, 200, 200, 200, 200])
  })

  it('goes by the binding of the platform where the record names one', async () => {
    // Its window is one of the clock: a border may pass between two calls.
    const all = await statuses(9, () => mesh.call('/svc/bound/'))
    expect(all.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3)
    expect(all.filter((status) => status === 200).length).toBeLessThanOrEqual(6)
    expect(all.at(-1)).toBe(429)
  })

  it('lets in where the binding is not there', async () => {
    expect(await statuses(4, () => mesh.call('/svc/unbound/'))).toEqual([200, 200, 200, 200])
  })
})

describe('a mesh that does not', () => {
  let mesh: MeshWorker
  beforeAll(async () => {
    mesh = await startMesh({ bindings: { UP: up }, records: { users: limited({ count: 2, interval: '1h' }) } })
  })
  afterAll(() => mesh?.dispose())

  it('counts in its isolate alone', async () => {
    expect(await statuses(4, () => mesh.call('/svc/users/'))).toEqual([200, 200, 429, 429])
  })
})
