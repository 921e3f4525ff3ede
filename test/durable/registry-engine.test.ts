/** The engine as a whole: killed at every step it does, it goes on from what was stored, and KV and history agree in the end. */
import { describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Refused, Written } from '../../src/durable/ledger/change.ts'
import { type RegistryEngine, registryEngine } from '../../src/durable/registry-engine.ts'
import { givenRegistry, takeTurns } from '../support/given-registry.ts'
import { type LaggingKv, laggingKv } from '../support/lagging-kv.ts'
import { Killed, mortal } from '../support/mortal.ts'
import { nodeStore } from '../support/node-store.ts'

const by = { author: 'ann' }

interface Life {
  readonly engine: RegistryEngine
  readonly kv: LaggingKv
  readonly clock: VirtualClock
  /** Writes over what is there. */
  put(texts: Record<string, string | null>): Promise<Written | Refused>
}

/** What an object may live through: adoption, writes, a change of several, edits by hand, drift, rollback, scans. */
const STEPS: ((life: Life) => Promise<unknown>)[] = [
  ({ engine }) => engine.ready(),
  ({ put }) => put({ a: 'https://a1.test', old1: 'https://o1.test' }),
  ({ engine, clock }) => takeTurns(engine, clock, 0),
  ({ put }) => put({ a: 'https://a2.test' }),
  ({ put }) => put({ a: 'https://a3.test', b: 'https://b1.test', old2: null }),
  ({ engine, clock }) => takeTurns(engine, clock, 2_000),
  async ({ kv, clock }) => {
    await clock.advance(200_000)
    kv.hand('b', 'https://hand.test')
    kv.hand('old3', null)
    kv.hand('new', 'https://new.test')
  },
  ({ put }) => put({ b: 'https://b2.test' }),
  ({ engine, clock }) => takeTurns(engine, clock, 300_000),
  ({ put }) => put({ a: 'https://a4.test' }),
  async ({ kv, engine, clock }) => {
    kv.hand('a', 'https://hand.test')
    await takeTurns(engine, clock, 1_000)
  },
  ({ engine }) => engine.resolve('a', 'overwrite', by),
  ({ engine }) => engine.rollback('a', 2, by),
  ({ engine, clock }) => takeTurns(engine, clock, 5_000),
]

/** Lives through all steps; dies once, after so many operations, and is made anew over the same storage. */
async function live(operations: number) {
  const clock = virtualClock({ flush: async () => {} })
  const kv = laggingKv(clock)
  for (const name of ['old1', 'old2', 'old3']) kv.hand(name, `https://${name}.test`)
  const store = nodeStore()
  const first = mortal(store, kv)
  first.dieAfter(operations)
  const make = (parts: Pick<typeof first, 'store' | 'namespace'>) =>
    registryEngine({ ...parts, clock, scanMs: 300_000 })
  const confirmed: [revision: number, name: string, text: string | null][] = []

  let engine: RegistryEngine | undefined
  const lifeOf = (engine: RegistryEngine): Life => ({
    engine,
    kv,
    clock,
    async put(texts) {
      const changes = Object.entries(texts).map(([name, text]) => {
        const revision = engine.get(name)?.revision
        return { name, text, condition: revision === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: revision } }
      })
      const answer = await engine.write(changes, by)
      if (answer.ok) for (const name of answer.changed) confirmed.push([answer.revision, name, texts[name] ?? null])
      return answer
    },
  })
  for (const step of STEPS) {
    try {
      engine ??= make(first)
      await step(lifeOf(engine))
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    if (first.isDead) engine = undefined
    engine ??= make(first.isDead ? { store, namespace: kv } : first)
    // Reborn, it takes in what it had not yet.
    if (first.isDead) await takeTurns(engine, clock, 0)
  }
  const { isDead, operations: lived } = first
  engine = make({ store, namespace: kv })
  await takeTurns(engine, clock, 1_200_000)
  for (const { name } of engine.drifted()) await engine.resolve(name, 'overwrite', by)
  await takeTurns(engine, clock, 600_000)
  return { engine, kv, confirmed, isDead, operations: lived }
}

function agree({ engine, kv, confirmed }: Awaited<ReturnType<typeof live>>): void {
  const items = engine.list({ limit: 1_000 }).items
  expect(items.map(({ name }) => name)).toEqual(kv.names.sort())
  for (const { name, text, state } of items) {
    expect(kv.truth(name).value, name).toBe(text)
    expect(state, name).toBe('published')
  }
  for (const [revision, name, text] of confirmed)
    expect(engine.history(name).items, `${revision} ${name}`).toContainEqual(
      expect.objectContaining({ revision, text }),
    )
  for (let revision = 1; revision <= engine.latest(); revision++)
    expect(engine.status(revision), `revision ${revision}`).toMatchObject({ waiting: 0 })
}

describe('an engine that is killed', () => {
  it('goes on from what was stored, at whatever step it was', async () => {
    const { operations, isDead, ...whole } = await live(Number.POSITIVE_INFINITY)
    expect(isDead).toBe(false)
    agree({ operations, isDead, ...whole })
    expect(whole.confirmed.length).toBeGreaterThan(6)
    expect(operations).toBeGreaterThan(300)
    for (let killedAt = 0; killedAt < operations; killedAt++) {
      const life = await live(killedAt)
      expect(life.isDead, `killed at ${killedAt}`).toBe(true)
      try {
        agree(life)
      } catch (cause) {
        throw new Error(`Killed at operation ${killedAt} of ${operations}.`, { cause })
      }
    }
  }, 120_000)
})

describe('registryEngine', () => {
  it('is woken in the same breath as something is written', async () => {
    const wakes: number[] = []
    const { put, clock, run } = await givenRegistry({ wake: (at) => wakes.push(at) })
    wakes.length = 0
    await put('users', 'https://a.test')
    expect(wakes).toEqual([clock.now()])
    await run()
    await put('users', 'https://b.test')
    expect(wakes.at(-1)).toBe(clock.now() + 1_000)
  })

  it('takes one turn at a time', async () => {
    const { engine, put, kv } = await givenRegistry()
    await put('users', 'https://a.test')
    await Promise.all([engine.turn(), engine.turn(), engine.turn()])
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual(['put users 1'])
  })

  it('publishes what was written while it published', async () => {
    const { engine, put, kv, run } = await givenRegistry()
    await put('users', 'https://a.test')
    const { put: puts } = kv
    kv.put = async (...args) => {
      kv.put = puts
      await put('users', 'https://b.test')
      return puts.apply(kv, args)
    }
    await engine.turn()
    expect(kv.truth('users').value).toBe('https://a.test')
    expect(engine.get('users')?.state).toBe('publishing')
    await run(1_000)
    expect(kv.truth('users').value).toBe('https://b.test')
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual(['put users 1', 'put users 2'])
  })
})
