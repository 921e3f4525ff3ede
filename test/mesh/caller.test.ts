/** Who calls: in the library as the mesh was told, of those who call it by what their binding says, and never by a header. */
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { QueuedRequest } from '../../src/targets/queue/envelope.ts'
import { memoryRegistry } from '../../src/testing.ts'

const forged = { caller: 'forged', 'selvedge-caller': 'forged', 'x-selvedge-caller': 'forged' }

function given(name?: string) {
  const messages: QueuedRequest[] = []
  const JOBS = { send: async (message: QueuedRequest) => void messages.push(message) }
  const registry = memoryRegistry({ jobs: { endpoints: [{ queue: { binding: 'JOBS' } }] } })
  const mesh = createMesh({ registry, env: { JOBS }, log: 'off', ...(name === undefined ? {} : { name }) })
  const served = mesh.serve({ fetch: (request) => mesh.fetch('http://jobs/', request) })
  const ctx = (props?: object) => ({ waitUntil() {}, props }) as unknown as ExecutionContext
  const ask = (props?: object, headers: Record<string, string> = forged) =>
    served.fetch(new Request('http://checkout/', { method: 'POST', headers }), {}, ctx(props))
  return { mesh, ask, ctx, messages }
}

describe('the caller of a call', () => {
  it('is the function that makes it, not the one on whose behalf it is made', async () => {
    const { mesh, ask, ctx, messages } = given('checkout')
    await mesh.fetch('http://jobs/')
    await mesh.for(new Request('http://checkout/', { headers: forged }), ctx({ caller: 'front' })).fetch('http://jobs/')
    await ask({ caller: 'front' })
    expect(messages.map(({ caller }) => caller)).toEqual(['checkout', 'checkout', 'checkout'])
  })

  it('is nobody where the mesh was not told, whatever a request says', async () => {
    const { mesh, ask, messages } = given()
    await mesh.fetch('http://jobs/', { headers: forged })
    await ask({ caller: 'front' })
    expect(messages.map((message) => 'caller' in message)).toEqual([false, false])
  })

  it.each([
    [{ caller: 'front' }, 'front'],
    [{}, undefined],
    [undefined, undefined],
  ])('is told to it in errors of what it called: props %j', async (props, caller) => {
    const { ask } = given('checkout')
    const hops = Array.from({ length: 20 }, () => 'selvedge').join(', ')
    const answer = (await (await ask(props, { ...forged, 'cdn-loop': hops })).json()) as {
      code: string
      caller?: string
    }
    expect([answer.code, answer.caller]).toEqual(['loop_detected', caller])
  })
})
