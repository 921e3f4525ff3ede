/** Ten real endpoints, one turned slow: who still answers in time, the mesh in workerd or HAProxy. */
import { Agent, get } from 'node:http'
import { startKv } from '../test/support/kv-server.ts'
import { workerdConfig } from './config.ts'
import { haproxyVersion, startHaproxy } from './haproxy.ts'
import { type Pool, startPool } from './pool.ts'
import { atLeast, type Section } from './report.ts'
import { quantileOf, seeded } from './statistics.ts'
import { startWorkerd } from './workerd.ts'

const ENDPOINTS = 10
/** Calls a second, however long the answers take (open loop). */
const RATE = 100
/** An answer that takes longer has not come in time, in milliseconds. */
const IN_TIME_MS = 1000
/** Seconds of calm, and of one slow endpoint. */
const CALM_S = 4
const SLOW_S = 15

/** What stands between the caller and the pool. */
interface Front {
  readonly title: string
  start(pool: Pool, candidate: string): Promise<{ url: string; stop(): Promise<unknown> }>
}

interface Outcome {
  readonly inTime: number
  readonly p99Ms: number
  readonly slowShare: number
}

const fronts: readonly Front[] = [
  { title: 'HAProxy roundrobin', start: ({ ports }) => startHaproxy('roundrobin', ports) },
  { title: 'HAProxy leastconn', start: ({ ports }) => startHaproxy('leastconn', ports) },
  {
    title: 'mesh, balancing alone',
    start: (pool, candidate) => startMesh(pool, candidate, { retry: { attempts: 0 } }),
  },
  {
    title: 'mesh, 250 ms an attempt',
    start: (pool, candidate) => startMesh(pool, candidate, { timeouts: { request: '1s', backendRequest: '250ms' } }),
  },
]

/** @param candidate the code of the Worker to judge. */
export async function measureBalancing(candidate: string, say: (line: string) => void): Promise<Section> {
  const version = haproxyVersion()
  const present = fronts.filter(({ title }) => version !== undefined || !title.startsWith('HAProxy'))
  const outcomes = new Map<string, Outcome>()
  for (const front of present) {
    say(`balancing: ${front.title}, ${CALM_S + SLOW_S} s`)
    outcomes.set(front.title, await measure(front, candidate))
  }
  const inTime = (title: string) => outcomes.get(title)?.inTime ?? Number.NaN
  return {
    title: `Ten endpoints, one answers after 2 s: ${RATE} calls a second for ${SLOW_S} s`,
    table: [
      ['', `within ${IN_TIME_MS / 1000} s`, 'p99 ms', 'sent to the slow one'],
      ...[...outcomes].map(([title, { inTime, p99Ms, slowShare }]) => [
        title,
        percent(inTime),
        p99Ms.toFixed(0),
        percent(slowShare),
      ]),
    ],
    notes: [version === undefined ? 'HAProxy is not installed: apt-get install haproxy' : `HAProxy ${version}`],
    checks: [
      atLeast('share in time, mesh, balancing alone', inTime('mesh, balancing alone'), 0.99),
      atLeast('share in time, mesh, 250 ms an attempt', inTime('mesh, 250 ms an attempt'), 0.999),
    ],
  }
}

async function measure(front: Front, candidate: string): Promise<Outcome> {
  const random = seeded(1)
  const pool = await startPool(ENDPOINTS, random)
  const { url, stop } = await front.start(pool, candidate)
  const agent = new Agent({ keepAlive: true })
  try {
    await load(url, agent, CALM_S)
    pool.taken()
    pool.slow = 0
    const tookMs = await load(url, agent, SLOW_S)
    const taken = pool.taken()
    return {
      inTime: tookMs.filter((ms) => ms <= IN_TIME_MS).length / tookMs.length,
      p99Ms: quantileOf(tookMs, 0.99),
      slowShare: (taken[0] ?? 0) / taken.reduce((sum, count) => sum + count, 0),
    }
  } finally {
    agent.destroy()
    await stop()
    pool.close()
  }
}

/** Calls at a steady rate and gives what each took, in milliseconds; `Infinity` for one that failed. */
async function load(url: string, agent: Agent, seconds: number): Promise<number[]> {
  const calls: Promise<number>[] = []
  const startedAt = performance.now()
  for (let call = 0; call < seconds * RATE; call++) {
    const waitMs = startedAt + (call * 1000) / RATE - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    calls.push(timed(url, agent))
  }
  return Promise.all(calls)
}

function timed(url: string, agent: Agent): Promise<number> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const request = get(url, { agent, headers: { host: 'pool' } }, (response) => {
      response.resume()
      response.once('close', () =>
        resolve(response.statusCode === 200 ? performance.now() - startedAt : Number.POSITIVE_INFINITY),
      )
    })
    request.once('error', () => resolve(Number.POSITIVE_INFINITY))
  })
}

async function startMesh({ ports }: Pool, candidate: string, policy: object) {
  const endpoints = ports.map((port) => `http://127.0.0.1:${port}`)
  const kv = await startKv({ pool: { endpoints, ...policy } })
  const services = {
    candidate: { code: 'candidate.js', bindings: { REGISTRY: { kv: 'kv' } } },
    kv: { address: kv.address },
  }
  const workerd = await startWorkerd(workerdConfig(services, 'candidate'), { 'candidate.js': candidate })
  return {
    url: workerd.url,
    async stop() {
      await workerd.stop()
      kv.close()
    },
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
