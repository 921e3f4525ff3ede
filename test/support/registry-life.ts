/** What a registry's object may live through, step by step, and what must hold after it. */
import { expect } from 'vitest'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Refused, Written } from '../../src/durable/ledger/change.ts'
import type { RegistryEngine } from '../../src/durable/registry-engine.ts'
import { type LaggingKv, laggingKv } from './lagging-kv.ts'

const by = { author: 'ann' }

export interface Life {
  readonly engine: RegistryEngine
  readonly kv: LaggingKv
  readonly clock: VirtualClock
  /** Time goes by: the turns that come due are taken. */
  pass(ms: number): Promise<void>
  /** Writes over what is there. */
  put(texts: Record<string, string | null>): Promise<Written | Refused>
}

export type Confirmed = [revision: number, name: string, text: string | null][]

/** Adoption, writes, a change of several, edits by hand, drift, rollback, and the time between them. */
export const STEPS: ((life: Life) => Promise<unknown>)[] = [
  ({ engine }) => engine.ready(),
  ({ put }) => put({ a: 'https://a1.test', old1: 'https://o1.test' }),
  ({ pass }) => pass(0),
  ({ put }) => put({ a: 'https://a2.test' }),
  ({ put }) => put({ a: 'https://a3.test', b: 'https://b1.test', old2: null }),
  ({ pass }) => pass(2_000),
  async ({ kv, clock }) => {
    await clock.advance(200_000)
    kv.hand('b', 'https://hand.test')
    kv.hand('old3', null)
    kv.hand('new', 'https://new.test')
  },
  ({ put }) => put({ b: 'https://b2.test' }),
  ({ pass }) => pass(300_000),
  ({ put }) => put({ a: 'https://a4.test' }),
  async ({ kv, pass }) => {
    kv.hand('a', 'https://hand.test')
    await pass(1_000)
  },
  ({ engine }) => engine.resolve('a', 'overwrite', by),
  ({ engine }) => engine.rollback('a', 2, by),
  ({ pass }) => pass(5_000),
]

/** A KV in which three records stand. */
export function givenOldKv() {
  const clock = virtualClock({ flush: async () => {} })
  const kv = laggingKv(clock)
  for (const name of ['old1', 'old2', 'old3']) kv.hand(name, `https://${name}.test`)
  return { clock, kv }
}

export function lifeOf(life: Omit<Life, 'put'>, confirmed: Confirmed): Life {
  const { engine } = life
  return {
    ...life,
    async put(texts) {
      const changes = Object.entries(texts).map(([name, text]) => {
        const revision = engine.get(name)?.revision
        return { name, text, condition: revision === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: revision } }
      })
      const answer = await engine.write(changes, by)
      if (answer.ok) for (const name of answer.changed) confirmed.push([answer.revision, name, texts[name] ?? null])
      return answer
    },
  }
}

/** KV holds what history says, all of it is published, and all that was confirmed is in history. */
export function expectAgreed(engine: RegistryEngine, kv: LaggingKv, confirmed: Confirmed): void {
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
