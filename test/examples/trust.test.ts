/** The story of docs/trust.md, from "everybody may" to `deny`; and the example of a function that guards itself. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import guarded from '../../examples/embedded/guarded.ts'
import type { LogEntry } from '../../src/core/log.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../src/testing.ts'
import { access } from '../../src/trust.ts'
import { quickClock } from '../support/upstream.ts'

vi.mock('selvedge', () => import('../../src/index.ts'))
vi.mock('selvedge/trust', () => import('../../src/trust.ts'))
vi.mock('cloudflare:workers', () => ({ env: world, waitUntil() {} }))

const world = vi.hoisted(() => ({
  REGISTRY: {
    getWithMetadata: async () => ({
      value:
        '{"endpoints":["https://users.test"],"access":{"default":"deny","rules":[{"name":"a","effect":"allow","callers":["checkout"]}]}}',
      metadata: null,
    }),
  },
}))

const page = readFileSync(fileURLToPath(new URL('../../docs/trust.md', import.meta.url)), 'utf8')
const [, story = ''] = page.split('## From "everybody may" to `deny`')
const records = [...story.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as object)

describe('docs/trust.md', () => {
  it('closes a service in three steps: nobody who should be let in is refused on the way', async () => {
    const clock = quickClock()
    const logged: LogEntry[] = []
    const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }] } })
    const enter = proxy({
      registry,
      env: { USERS: { fetch: async () => new Response('ok') } },
      clock,
      random: seeded(7),
      log: (entry) => logged.push(entry),
      trust: access,
      freshMs: 0,
    })
    const ask = async (caller?: string) => {
      const proof = caller === undefined ? 'none' : 'binding'
      const arrival = { trusted: caller !== undefined, caller, proof, defer() {} } as const
      const identify = () => ({ name: 'users', path: '/' })
      return (await clock.run(enter(new Request('http://users/'), { ...arrival, identify }))).status
    }
    /** Statuses of checkout, reports and a stranger, and who would have been denied. */
    const day = async () => {
      // The first call after an edit is answered by the record before it.
      await ask('checkout')
      // Of each kind the log writes a line a second.
      await clock.advance(2000)
      logged.length = 0
      const statuses = [await ask('checkout'), await ask('reports'), await ask()]
      return { statuses, told: logged.filter(({ event }) => event === 'would_deny').map(({ caller }) => caller) }
    }
    expect(await day()).toEqual({ statuses: [200, 200, 200], told: [] })
    const days = []
    for (const record of records) {
      registry.set('users', record)
      days.push(await day())
    }
    expect(days).toEqual([
      { statuses: [200, 200, 200], told: ['reports', undefined] },
      { statuses: [200, 200, 200], told: [undefined] },
      { statuses: [200, 200, 401], told: [] },
    ])
  })
})

describe('a function that guards itself', () => {
  it.each([
    [{ caller: 'checkout' }, 200],
    [{ caller: 'thumb' }, 403],
    [{}, 401],
  ])('answers %j with %i', async (props, status) => {
    const ctx = { waitUntil() {}, passThroughOnException() {}, props } as unknown as ExecutionContext
    vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect((await guarded.fetch(new Request('https://users.test/'), {}, ctx)).status).toBe(status)
  })
})
