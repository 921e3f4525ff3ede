/** The story of docs/trust.md, from "everybody may" to `deny`; and the example of a function that guards itself. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import guarded from '../../examples/embedded/guarded.ts'
import { callsOf } from '../../src/admin/authz/calls.ts'
import type { LogEntry } from '../../src/core/log.ts'
import { counting } from '../../src/mesh/counting.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { numbers } from '../../src/telemetry/numbers/numbers.ts'
import { NOTHING } from '../../src/telemetry/numbers/sum.ts'
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
    const counted = numbers()
    const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }] } })
    const enter = proxy({
      registry,
      env: { USERS: { fetch: async () => new Response('ok') } },
      clock,
      random: seeded(7),
      log: (entry) => logged.push(entry),
      trust: access,
      counting: counting(counted),
      freshMs: 0,
    })
    const ask = async (caller?: string) => {
      const proof = caller === undefined ? 'none' : 'binding'
      const arrival = { trusted: caller !== undefined, caller, proof, defer() {} } as const
      const identify = () => ({ name: 'users', path: '/' })
      return (await clock.run(enter(new Request('http://users/'), { ...arrival, identify }))).status
    }
    /** As `selvedge authz` prints them: caller, allowed, denied, would be denied, and the rule. */
    const verdicts = () => {
      const { users } = counted.take()?.services ?? {}
      return callsOf({ service: 'users', numbers: users ?? NOTHING }).map((call) =>
        [call.caller || 'nobody', call.allowed, call.denied, call.wouldDeny, call.rule ?? 'none asked'].join(' '),
      )
    }
    /** Statuses of checkout, reports and a stranger; who would have been denied by the log, and what the numbers say. */
    const day = async () => {
      // The first call after an edit is answered by the record before it.
      await ask('checkout')
      // Of each kind the log writes a line a second.
      await clock.advance(2000)
      logged.length = 0
      counted.take()
      const statuses = [await ask('checkout'), await ask('reports'), await ask()]
      const told = logged.filter(({ event }) => event === 'would_deny').map(({ caller }) => caller)
      return { statuses, told, authz: verdicts() }
    }
    expect(await day()).toEqual({
      statuses: [200, 200, 200],
      told: [],
      authz: ['nobody 1 0 0 none asked', 'checkout 1 0 0 none asked', 'reports 1 0 0 none asked'],
    })
    const days = []
    for (const record of records) {
      registry.set('users', record)
      days.push(await day())
    }
    expect(days).toEqual([
      {
        statuses: [200, 200, 200],
        told: ['reports', undefined],
        authz: ['nobody 0 0 1 default', 'checkout 1 0 0 known', 'reports 0 0 1 default'],
      },
      {
        statuses: [200, 200, 200],
        told: [undefined],
        authz: ['nobody 0 0 1 default', 'checkout 1 0 0 known', 'reports 1 0 0 known'],
      },
      {
        statuses: [200, 200, 401],
        told: [],
        authz: ['nobody 0 1 0 default', 'checkout 1 0 0 known', 'reports 1 0 0 known'],
      },
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
