/** In the library the code that calls is believed where it writes the headers itself; what it passes on of a stranger is not. */
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../../src/mesh/options.ts'
import { receipts } from '../../../src/mesh/receipts/receipts.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'

function given(options: Partial<MeshOptions> = {}, hasReceipts = true) {
  const registry = memoryRegistry()
  registry.set('users', { endpoints: [{ binding: 'USERS' }] }, '7')
  const env = { USERS: { fetch: async () => new Response('ok') } }
  return createMesh({
    registry,
    env,
    random: seeded(7),
    log: 'off',
    sink: { span() {} },
    ...(hasReceipts && { receipts }),
    ...options,
  })
}

const EXPLAIN = { 'selvedge-explain': '1' }
const isTold = (answer: Response) => answer.headers.has('selvedge-receipt')
const stranger = (headers: Record<string, string>) => new Request('https://shop.example.com/', { headers })
const demand = { 'selvedge-min-revision': '8' }

describe('the code that calls', () => {
  it('is told where it asks', async () => {
    const answer = await given().fetch('http://users/42', { headers: EXPLAIN })
    expect(decodeReceipt(answer.headers.get('selvedge-receipt') ?? '')).toMatchObject({
      service: 'users',
      attempts: [{ number: 1 }],
    })
    expect(isTold(await given().fetch('http://users/42'))).toBe(false)
    expect(isTold(await given({}, false).fetch('http://users/42', { headers: EXPLAIN }))).toBe(false)
  })

  it('is told on behalf of a stranger, where it asks itself, and not where it passes the question on', async () => {
    const plain = given().for(stranger({}))
    expect(isTold(await plain.fetch('http://users/', { headers: EXPLAIN }))).toBe(true)
    const asking = given().for(stranger(EXPLAIN))
    expect(isTold(await asking.fetch('http://users/', { headers: EXPLAIN }))).toBe(false)
    expect(isTold(await given().fetch(new Request('http://users/', { headers: EXPLAIN })))).toBe(false)
    const member = given().for(stranger(EXPLAIN), undefined, { trusted: true })
    expect(isTold(await member.fetch('http://users/', { headers: EXPLAIN }))).toBe(true)
  })

  it('reads the receipt of a call that failed, where errors are answers', async () => {
    const answer = await given({ errors: 'response' }).fetch('http://gone/', { headers: EXPLAIN })
    expect(decodeReceipt(answer.headers.get('selvedge-receipt') ?? '')).toMatchObject({
      error: 'service_not_found',
      records: [{ key: 'services/gone' }],
    })
  })

  it('demands a minimum revision, with receipts or without', async () => {
    for (const mesh of [given(), given({}, false)]) {
      await expect(mesh.fetch('http://users/', { headers: demand })).rejects.toMatchObject({
        code: 'registry_unavailable',
      })
      expect((await mesh.fetch('http://users/', { headers: { 'selvedge-min-revision': '7' } })).status).toBe(200)
    }
  })
})

describe('serve', () => {
  const served = (mesh: ReturnType<typeof given>, isTrusted: boolean) => {
    const handler = { fetch: () => mesh.fetch('http://users/') }
    const worker = mesh.serve(handler, { trust: () => isTrusted })
    const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} }
    return (headers: Record<string, string>) => worker.fetch(stranger(headers), {}, ctx as never)
  }

  it('holds the calls that are made for a request to what its caller demands, if that is believed', async () => {
    const mesh = () => given({ storage: storage() })
    expect((await served(mesh(), true)(demand)).status).toBe(503)
    expect((await served(mesh(), true)({ 'selvedge-min-revision': '7' })).status).toBe(200)
    expect((await served(mesh(), false)(demand)).status).toBe(200)
  })

  it('puts no receipt on what a handler answers', async () => {
    expect(isTold(await served(given({ storage: storage() }), true)(EXPLAIN))).toBe(false)
  })
})

/** Carries a context while nothing is waited for in between. */
function storage() {
  let store: unknown
  return {
    getStore: () => store,
    run<Result>(value: unknown, callback: () => Result): Result {
      store = value
      return callback()
    },
  }
}
