/** A stranger's override goes no further, though a handler passes its request on as it came. */
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
const OVERRIDE = 'selvedge-override=users@pr-1'

function given(isTrusted: boolean, call: (request: Request) => Request = (request) => request) {
  const seen: (string | null)[] = []
  const users = (request: Request) => {
    seen.push(request.headers.get('baggage'))
    return new Response()
  }
  const mesh = createTestMesh({ users })
  const served = mesh.serve({ fetch: (request) => mesh.fetch(call(request)) }, { trust: () => isTrusted })
  const ask = (baggage: string) => served.fetch(new Request('http://users/', { headers: { baggage } }), {}, ctx)
  return { ask, seen }
}

describe('an override in baggage', () => {
  it.each([
    [OVERRIDE, null],
    [`user=7, ${OVERRIDE}`, 'user=7'],
  ])('of a stranger, %j, is %j of a request that is passed on', async (baggage, left) => {
    const { ask, seen } = given(false)
    await ask(baggage)
    expect(seen).toEqual([left])
  })

  it('of a caller that is believed is passed on', async () => {
    const { ask, seen } = given(true)
    await ask(OVERRIDE)
    expect(seen).toEqual([OVERRIDE])
  })

  it('of the handler itself is its own word', async () => {
    const { ask, seen } = given(false, () => new Request('http://users/', { headers: { baggage: OVERRIDE } }))
    await ask('user=7')
    expect(seen).toEqual([OVERRIDE])
  })
})
