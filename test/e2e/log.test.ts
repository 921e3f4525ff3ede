/** The log of the built Worker, as workerd's console has it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

let upstream: Upstream
let mesh: MeshWorker
const lines: Record<string, unknown>[] = []

beforeAll(async () => {
  upstream = await startUpstream()
  mesh = await startMesh({
    vars: { MESH_FRESH: '100ms' },
    records: { users: { endpoints: [`${upstream.url}/a`, `${upstream.url}/b`], retry: { attempts: 0 } } },
    onLog: (message) => {
      if (message.startsWith('{')) lines.push(JSON.parse(message))
    },
  })
})
afterAll(async () => {
  await mesh?.dispose()
  await upstream?.close()
})

const told = (event: string) => lines.filter((line) => line.event === event)

it('has a line for each error, one a second of a kind, and nothing of what is well', async () => {
  expect((await mesh.call('/svc/users/')).status).toBe(200)
  expect(lines).toEqual([])
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  for (let count = 0; count < 5; count++) await mesh.call('/svc/nobody/', { headers: { traceparent } })
  await eventually('the line is there', () => told('error').length)
  expect(told('error')).toMatchObject([
    {
      from: 'selvedge',
      level: 'warn',
      code: 'service_not_found',
      service: 'nobody',
      traceId: traceparent.slice(3, 35),
    },
  ])
})

/** Calls until the log has a line of this event. */
function callUntil(event: string) {
  return eventually(`a line of ${event}`, async () => {
    await mesh.call('/svc/users/')
    return told(event).length
  })
}

it('has a line for a record that is refused, with the reason, and for an endpoint that goes out', async () => {
  await mesh.put('users', { endpoints: ['https://admin:hunter2@users.example.com?x'] })
  await callUntil('record_refused')
  expect(told('record_refused')).toMatchObject([{ level: 'error', key: 'services/users' }])
  expect(JSON.stringify(lines)).not.toContain('hunter2')

  upstream.override = (_, response) => response.writeHead(500).end()
  await callUntil('ejected')
  const endpoint = expect.stringMatching(/\/[ab]$/)
  expect(told('ejected')).toMatchObject([{ level: 'warn', key: 'services/users', endpoint, forMs: 5000 }])
})
