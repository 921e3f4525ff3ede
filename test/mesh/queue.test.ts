/** What rests in a queue, as a call through the whole mesh leaves it there. */
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { createMesh, type Mesh } from '../../src/mesh/mesh.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import type { QueuedRequest } from '../../src/targets/queue/envelope.ts'

/** A queue that takes nothing the first `failures` times. */
function given(failures = 0, record: object = { endpoints: [{ queue: { binding: 'JOBS' } }], retryConstraint: 'off' }) {
  const clock = virtualClock()
  const sent: QueuedRequest[] = []
  const JOBS = {
    async send(message: QueuedRequest) {
      sent.push(message)
      if (sent.length <= failures) throw new Error('Queue is overloaded. Please back off.')
    },
  }
  const registry = memoryRegistry({ jobs: record })
  const mesh = createMesh({ registry, env: { JOBS }, clock })
  const call = (go: (mesh: Mesh) => Promise<Response>) => clock.run(go(mesh))
  return { clock, sent, call }
}

const job = (headers: Record<string, string> = {}) =>
  new Request('http://jobs/resize', {
    method: 'PUT',
    body: '{}',
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('a job', () => {
  it('that was put into its queue at the second attempt has the id of the first', async () => {
    const { sent, call } = given(1)
    const answer = await call((mesh) => mesh.fetch(job()))
    expect(answer.status).toBe(202)
    expect(sent).toHaveLength(2)
    expect(sent[1]?.id).toBe(sent[0]?.id)
    expect(await answer.json()).toEqual({ id: sent[0]?.id })
  })

  it('has no deadline where nobody said one, though the record bounds the call', async () => {
    const { sent, call } = given()
    await call((mesh) => mesh.fetch(job()))
    await call((mesh) => mesh.for(new Request('http://front/')).fetch(job()))
    expect(sent).toHaveLength(2)
    for (const message of sent) expect(message).not.toHaveProperty('deadline')
  })

  it.each([
    ['the call', {}, { 'selvedge-timeout-ms': '60000' }],
    ['the request on whose behalf it is made', { 'selvedge-timeout-ms': '60000' }, {}],
    ['both, the least of them', { 'grpc-timeout': '60S' }, { 'connect-timeout-ms': '90000' }],
  ] as [string, Record<string, string>, Record<string, string>][])(
    'has the deadline that %s says, though the record says less',
    async (_, incoming, own) => {
      const { clock, sent, call } = given()
      const until = new Date(clock.now() + 60_000).toISOString()
      await call((mesh) => mesh.for(new Request('http://front/', { headers: incoming })).fetch(job(own)))
      expect(sent[0]?.deadline).toBe(until)
    },
  )

  it('brings neither its credentials nor what its caller granted', async () => {
    const { sent, call } = given()
    const headers = { authorization: 'Bearer secret', cookie: 'a=secret', 'selvedge-retry-allowance': '5' }
    await call((mesh) => mesh.for(new Request('http://front/', { headers })).fetch(job(headers)))
    expect(JSON.stringify(sent)).not.toContain('secret')
    expect(sent[0]?.data.headers.map(([name]) => name)).toEqual(['cdn-loop', 'content-type', 'traceparent'])
  })

  it('brings what its record keeps', async () => {
    const { sent, call } = given(0, { endpoints: [{ queue: { binding: 'JOBS', keep: ['Authorization'] } }] })
    await call((mesh) => mesh.fetch(job({ authorization: 'Bearer x' })))
    expect(sent[0]?.data.headers).toContainEqual(['authorization', 'Bearer x'])
  })
})
