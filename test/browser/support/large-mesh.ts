/** A mesh of 500 services and 2,000 edges, made up: the dashboard as it was built, before an API that answers with other numbers each time. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EdgesView, Page, RecordView, StatsView } from '../../../src/admin/client.ts'
import { seeded } from '../../../src/core/time/random.ts'

export const SERVICES = 500
export const EDGES = 2_000

export interface LargeMesh {
  readonly url: string
  close(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', html: 'text/html' }

/** @param files where the dashboard was built. */
export async function largeMesh(files = new URL('../../../dist/dashboard/', import.meta.url)): Promise<LargeMesh> {
  const random = seeded(15)
  const pick = <Of>(from: readonly Of[]): Of => from[Math.floor(random.next() * from.length)] as Of
  const names = Array.from({ length: SERVICES }, (_, at) => `${pick(WORDS)}-${pick(WORDS)}-${at}.team-${at % 23}`)
  const records: Page<RecordView> = {
    items: names.map((name, at) => ({
      name,
      revision: at + 1,
      author: 'alice',
      message: 'made up',
      // The first of them have just been written: their ages change each second.
      at: new Date(Date.now() - (at < 100 ? at * 400 : at * 97_000)).toISOString(),
      origin: 'api',
      record: { endpoints: [`https://${name}.example.com`] },
      state: 'published',
    })),
  }
  const pairs = new Set<string>()
  while (pairs.size < EDGES) {
    const from = Math.floor(random.next() * SERVICES)
    const to = TIER * (Math.floor(from / TIER) + hop(random.next())) + Math.floor(random.next() * TIER)
    if (to >= 0 && to < SERVICES) pairs.add(`${names[from]} ${names[to]}`)
  }
  const rates = () => {
    const requests = Math.floor(random.next() * 6_000)
    return { requests, rps: requests / 60, success: random.next() < 0.05 ? random.next() : 1 }
  }
  const head = () => ({ at: new Date().toISOString(), windowMs: 60_000, isolates: 40 })
  const stats = (): StatsView => ({
    ...head(),
    items: names.map((service) => {
      const p50Ms = random.next() * 50
      const more = { attempts: 7, retries: random.next() / 20, hedged: 0, errors: {}, refused: {}, budgetLeft: 10 }
      return { service, ...rates(), p50Ms, p95Ms: p50Ms * 3, p99Ms: p50Ms * 9, ...more }
    }),
  })
  const edges = (): EdgesView => ({
    ...head(),
    items: [...pairs].map((pair) => {
      const [caller = '', service = ''] = pair.split(' ')
      return { caller, service, ...rates() }
    }),
  })
  const api: Readonly<Record<string, () => object>> = { services: () => records, stats, edges }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://mesh')
    const answer = api[pathname.replace('/-/api/v1/', '')]
    if (answer) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()))
      return
    }
    const file = pathname === '/-/' ? 'index.html' : pathname.replace('/-/dashboard/', '')
    try {
      const text = readFileSync(new URL(`${file}.txt`, files))
      response.writeHead(200, { 'content-type': TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain' }).end(text)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Services of a tier. Most calls go to the next one, some past it, a few back. */
const TIER = 50

function hop(chance: number): number {
  if (chance < 0.75) return 1
  return chance < 0.95 ? 2 : -1
}

const WORDS = ['order', 'user', 'cart', 'stock', 'price', 'bank', 'mail', 'image', 'search', 'ledger', 'audit', 'quota']
