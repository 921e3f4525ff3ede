/** The suite against the built Worker in workerd and against the library; its report is docs/conformance.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMesh } from '../../src/mesh/mesh.ts'
import { type MemoryRegistry, MeshError, memoryRegistry } from '../../src/testing.ts'
import { call } from '../support/http-client.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream } from '../support/servers.ts'
import { type Answered, type Backends, check, type Subject } from './check.ts'
import { report } from './report.ts'
import type { Requirement } from './requirement.ts'
import { features, outOfScope } from './suite.ts'

/** Every requirement has a service and backends of its own, whose requests are counted for it alone. */
const cases = features.flatMap(({ name, requirements }) =>
  requirements.map((requirement) => ({ feature: name, requirement })),
)
const services = new Map(cases.map(({ requirement }, index) => [requirement, `route-${index}`]))
const failed = new Set(cases.map(({ requirement }) => requirement.says))

/** Thousands of requests, on a machine that has other work: a requirement takes 3 s at most where it has none. */
const TIMEOUT_MS = 120_000

let backends: Backends
let registry: MemoryRegistry
let worker: MeshWorker
let subjects: readonly Subject[]

beforeAll(async () => {
  const [v1, v2, v3] = await Promise.all(['v1', 'v2', 'v3'].map(startUpstream))
  if (!v1 || !v2 || !v3) throw new Error('The backends did not start.')
  backends = { v1, v2, v3 }
  const records: Record<string, object> = {}
  for (const [{ rules, record, beside = {} }, service] of services) {
    const written = (value: object) =>
      JSON.parse(
        JSON.stringify(value)
          .replace(/"name":"(v[123])"/g, '"name":"{self}-$1"')
          .replaceAll('{self}', service)
          .replace(/\{(v[123])\}/g, (_, name) => backends[name as keyof Backends].url),
      )
    // What is learned of a backend is learned for one requirement. The policy of a call is that of the backend's own record:
    // nothing here bounds the retries but the rule.
    for (const { name, url } of [v1, v2, v3])
      records[`${service}-${name}`] = { endpoints: [url], retryConstraint: 'off' }
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
  it.for(requirements)('$says', { timeout: TIMEOUT_MS }, async (requirement, { signal }) => {
    const service = services.get(requirement) as string
    for (const subject of subjects) {
      if (requirement.refused === undefined) await check(requirement, service, subject, backends, signal)
      else await isRefused(requirement, service, subject, signal)
    }
    failed.delete(requirement.says)
  })
})

it('is told in docs/conformance.md as it came out', async () => {
  await expect(report(features, outOfScope, failed)).toMatchFileSnapshot('../../docs/conformance.md')
})

async function isRefused(
  { refused = '' }: Requirement,
  service: string,
  subject: Subject,
  signal: AbortSignal,
): Promise<void> {
  const { status, body } = await subject.call(service, { expect: {} }, {}, signal)
  expect(status, `${subject.name}: ${body}`).toBe(500)
  const { code, detail } = JSON.parse(body)
  expect(code, subject.name).toBe('record_invalid')
  expect(detail, subject.name).toContain(refused)
}

function overHttp({ trustedUrl }: MeshWorker): Subject {
  return {
    name: 'the Worker',
    async call(service, { method = 'GET', path = '/', body, port }, headers, signal) {
      const answer = await call(trustedUrl + path, {
        method,
        signal,
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
    async call(service, { method = 'GET', path = '/', body, port }, headers, signal): Promise<Answered> {
      try {
        const init = { method, headers, signal, ...(body === undefined ? {} : { body }) }
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
