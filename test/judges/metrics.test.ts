/** The metrics of the built mesh, judged by Prometheus: what it scrapes is the truth, and goes on over a mesh that is killed. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient } from '../../src/admin/client.ts'
import { BOUNDS_S } from '../../src/telemetry/numbers/metrics.ts'
import { eventually } from '../support/eventually.ts'
import { type KeptMesh, keptMesh } from '../support/kept-mesh.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'
import { type Prometheus, promtool, startPrometheus } from './prometheus.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
/** Calls, and how long each is made to take: the middle of a bucket. */
const DELAYS: readonly (readonly [calls: number, ms: number])[] = [
  [50, 35],
  [40, 170],
  [10, 620],
]
const CALLS = 100
const AT_ONCE = 10
/** How long may be waited: a digest comes after 5 s, a scrape after 1. */
const PATIENCE_MS = 60_000

let upstream: Upstream
let mesh: KeptMesh
let prometheus: Prometheus

beforeAll(async () => {
  prometheus = await startPrometheus(TOKEN)
  upstream = await startUpstream()
  mesh = keptMesh(TOKEN)
  await mesh.start()
  await adminClient({ url: mesh.url, token: TOKEN }).change([
    { name: 'users', record: upstream.url, ifNoneMatch: '*' },
    { name: 'broken', record: { endpoints: [upstream.url], retry: { attempts: 0 } }, ifNoneMatch: '*' },
  ])
  prometheus.scrape(mesh.url)
})
afterAll(async () => {
  await prometheus?.stop()
  await mesh?.dispose()
  await upstream?.close()
})

/** Calls by name, some at once; how long each took for the caller, in seconds. */
async function call(name: string, paths: readonly string[]): Promise<number[]> {
  const waiting = [...paths]
  const took: number[] = []
  const worker = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const startedAt = performance.now()
      const response = await fetch(`${mesh.url}/svc/${name}${path}`)
      took.push((performance.now() - startedAt) / 1000)
      await response.body?.cancel()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return took.sort((one, other) => one - other)
}

const total = async (expression: string) => (await prometheus.query(`sum(${expression})`))[0]?.value ?? 0
const counted = (service: string, calls: number) =>
  eventually(
    `Prometheus has ${calls} calls of ${service}`,
    async () => (await total(`selvedge_requests_total{service="${service}"}`)) === calls,
    PATIENCE_MS,
  )
const text = async (accept: string) => {
  const headers = { authorization: `Bearer ${TOKEN}`, accept }
  return (await fetch(`${mesh.url}/-/metrics`, { headers })).text()
}
/** The bucket that so many seconds fall in. */
const bucketOf = (seconds: number) => BOUNDS_S.findIndex((bound) => seconds <= bound)

describe('Prometheus', () => {
  let took: number[]

  beforeAll(async () => {
    await eventually('it scrapes the mesh', async () => (await total('up')) === 1, PATIENCE_MS)
    // One call before: a rate has a beginning.
    await call('users', ['/ok'])
    await counted('users', 1)
    took = await call(
      'users',
      DELAYS.flatMap(([calls, ms]) => Array.from({ length: calls }, () => `/slow?ms=${ms}`)),
    )
    await call('broken', ['/status?code=503', '/status?code=503', '/ok'])
    await call('nobody', ['/'])
    await counted('users', 1 + CALLS)
    await counted('broken', 3)
  })

  it('has each call once, by its outcome', async () => {
    const by = async (service: string) =>
      Object.fromEntries(
        (await prometheus.query(`selvedge_requests_total{service="${service}"}`)).map(({ labels, value }) => [
          labels.outcome,
          value,
        ]),
      )
    expect(await by('users')).toEqual({ success: 101 })
    expect(await by('broken')).toEqual({ success: 1, failure: 2 })
    expect(await total('selvedge_attempts_total{service="users"}')).toBe(101)
    expect(await total('selvedge_errors_total{service="", code="service_not_found"}')).toBe(1)
    expect(await total('selvedge_isolates')).toBe(1)
  })

  it.each([0.5, 0.9, 0.95, 0.99])('answers the quantile %s within a bucket of the truth', async (share) => {
    const rate = 'rate(selvedge_request_duration_seconds_bucket{service="users"}[2m])'
    const [sample] = await prometheus.query(`histogram_quantile(${share}, sum by (le) (${rate}))`)
    const truth = took[Math.ceil(share * CALLS) - 1] ?? Number.NaN
    // Callers see a little more than the mesh does: what is in the next bucket for them may be in this one.
    expect([bucketOf(truth), bucketOf(truth) - 1], `${sample?.value} s, and ${truth} s for the callers`).toContain(
      bucketOf(sample?.value ?? Number.NaN),
    )
  })

  it('is told the sum and the units', async () => {
    const seconds = await total('selvedge_request_duration_seconds_sum{service="users"}')
    const least = DELAYS.reduce((sum, [calls, ms]) => sum + (calls * ms) / 1000, 0)
    const most = took.reduce((sum, one) => sum + one, 0)
    expect(seconds).toBeGreaterThan(least * 0.98)
    expect(seconds).toBeLessThan(most + 1)
    // The older format has no units: it was told in OpenMetrics.
    expect(await prometheus.unitOf('selvedge_request_duration_seconds')).toBe('seconds')
  })

  it('is told of calls that stand for the others, by their traces', async () => {
    const name = 'selvedge_request_duration_seconds_bucket{service="users"}'
    await eventually('it has exemplars', async () => (await prometheus.exemplars(name)).length > 0, PATIENCE_MS)
    const longest = DELAYS.reduce((most, [, ms]) => Math.max(most, ms / 1000), 0)
    const all = await prometheus.exemplars(name)
    expect(Math.max(...all.map(({ value }) => value))).toBeGreaterThan(longest * 0.98)
    for (const { labels } of all) expect(labels.trace_id).toMatch(/^[\da-f]{32}$/)
  })

  it('is told nothing that promtool finds fault with', async () => {
    const { code, said } = await promtool(['check', 'metrics'], { input: await text('text/plain') })
    expect([code, said]).toEqual([0, ''])
    expect(await text('text/plain')).toContain('selvedge_request_duration_seconds_bucket{service="users"')
  })

  it('understands every expression of the dashboard, and has something for each', async () => {
    const file = fileURLToPath(new URL('../../examples/observability/grafana.json', import.meta.url))
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[]
    }
    const expressions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
    expect(expressions.length).toBeGreaterThan(8)
    for (const { title, expr } of expressions) {
      const values = { $__rate_interval: '2m', $__range: '2m', $service: '.*', $reporter: 'mesh' }
      const asked = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), expr)
      // A rate takes two scrapes.
      await eventually(`${title} has samples: ${asked}`, async () => (await prometheus.query(asked)).length > 0)
    }
  })

  it('sees counters go on where the mesh was killed and started again', async () => {
    await mesh.kill()
    await mesh.start()
    prometheus.scrape(mesh.url)
    await call('users', ['/ok', '/ok'])
    await counted('users', 1 + CALLS + 2)
    await counted('broken', 3)
    const series = await prometheus.history('{__name__=~"selvedge_.+_(total|bucket|count|sum)"}[10m]')
    expect(series.length).toBeGreaterThan(40)
    for (const values of series) expect(values).toEqual([...values].sort((one, other) => one - other))
    const ups = await prometheus.history('up[10m]')
    expect(ups.flat()).toContain(1)
  })
})
