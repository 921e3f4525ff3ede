/** The suite against the built Worker in workerd and against the library; its report is docs/conformance.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMesh } from '../../src/mesh/mesh.ts'
import { type MemoryRegistry, MeshError, memoryRegistry } from '../../src/testing.ts'
import { call } from '../support/http-client.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'
import { type Answered, type Backends, check, type Subject } from './check.ts'
import { report } from './report.ts'
import type { Requirement } from './requirement.ts'
import { features, outOfScope } from './suite.ts'

/** Every requirement has a service of its own. */
const cases = features.flatMap(({ name, requirements }) =>
  requirements.map((requirement) => ({ feature: name, requirement })),
)
const services = new Map(cases.map(({ requirement }, index) => [requirement, `route-${index}`]))
const failed = new Set(cases.map(({ requirement }) => requirement.says))

let backends: Backends
let registry: MemoryRegistry
let worker: MeshWorker
let subjects: readonly Subject[]

beforeAll(async () => {
  const [v1, v2, v3] = await Promise.all(['v1', 'v2', 'v3'].map(startUpstream))
  if (!v1 || !v2 || !v3) throw new Error('The backends did not start.')
  backends = { v1, v2, v3 }
  // The policy of a call is that of the backend's own record: nothing here bounds the retries but the rule.
  const backend = ({ url }: Upstream) => ({ endpoints: [url], retryConstraint: 'off' })
  const records: Record<string, object> = { v1: backend(v1), v2: backend(v2), v3: backend(v3) }
  for (const [{ rules, record, beside = {} }, service] of services) {
    const written = (value: object) =>
      JSON.parse(
        JSON.stringify(value)
          .replaceAll('{self}', service)
          .replace(/\{(v[123])\}/g, (_, name) => backends[name as keyof Backends].url),
      )
    records[service] = written({ endpoints: [v3.url], ...record, rules })
    for (const [key, record] of Object.entries(beside)) records[`${service}-${key}`] = written(record)
  }
  registry = memoryRegistry(records)
  worker = await startMesh({ records, vars: { MESH_FRESH: '1h' } })
  subjects = [overHttp(worker), inProcess(registry)]
})
afterAll(async () => {
  await worker?.dispose()
  for (const upstream of Object.values(backends ?? {})) await upstream.close()
})

describe.each(features)('$name ($level)', ({ requirements }) => {
  it.each(requirements)('$says', async (requirement) => {
    const service = services.get(requirement) as string
    for (const subject of subjects) {
      if (requirement.refused === undefined) await check(requirement, service, subject, backends)
      else await isRefused(requirement, service, subject)
    }
    failed.delete(requirement.says)
  })
})

it('is told in docs/conformance.md as it came out', async () => {
  await expect(report(features, outOfScope, failed)).toMatchFileSnapshot('../../docs/conformance.md')
})

async function isRefused({ refused = '' }: Requirement, service: string, subject: Subject): Promise<void> {
  const { status, body } = await subject.call(service, { expect: {} }, {})
  expect(status, `${subject.name}: ${body}`).toBe(500)
  const { code, detail } = JSON.parse(body)
  expect(code, subject.name).toBe('record_invalid')
  expect(detail, subject.name).toContain(refused)
}

function overHttp({ trustedUrl }: MeshWorker): Subject {
  return {
    name: 'the Worker',
    async call(service, { method = 'GET', path = '/', body, port }, headers) {
      const answer = await call(trustedUrl + path, {
        method,
        headers: { ...headers, host: port === undefined ? service : `${service}:${port}` },
        ...(body === undefined ? {} : { body }),
      })
      const told = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')])
      const cookies = answer.headers['set-cookie'] ?? []
      return { status: answer.status, headers: Object.fromEntries(told), cookies, body: answer.text }
    },
  }
}

function inProcess(registry: MemoryRegistry): Subject {
  const mesh = createMesh({ registry, log: 'off' })
  return {
    name: 'the library',
    async call(service, { method = 'GET', path = '/', body, port }, headers): Promise<Answered> {
      try {
        const init = { method, headers, ...(body === undefined ? {} : { body }) }
        const response = await mesh.fetch(`http://${service}${port === undefined ? '' : `:${port}`}${path}`, init)
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          cookies: response.headers.getSetCookie(),
          body: await response.text(),
        }
      } catch (error) {
        // What the Worker would answer.
        if (!(error instanceof MeshError)) throw error
        const body = JSON.stringify({ code: error.code, detail: error.message })
        return { status: error.meaning.status, headers: {}, cookies: [], body }
      }
    },
  }
}
