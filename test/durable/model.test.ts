/** Random writers, edits by hand, kills, outages, lag and moves, against a reference: the list of what was confirmed. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Random, seeded } from '../../src/core/time/random.ts'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import { LAG_MS } from '../../src/durable/keys.ts'
import type { Condition, Refused, Written } from '../../src/durable/ledger/change.ts'
import { ledger } from '../../src/durable/ledger/ledger.ts'
import type { Place, Revision } from '../../src/durable/ledger/revision.ts'
import { type RegistryEngine, registryEngine } from '../../src/durable/registry-engine.ts'
import type { Store } from '../../src/durable/store.ts'
import { takeTurns } from '../support/given-registry.ts'
import { type LaggingKv, laggingKv } from '../support/lagging-kv.ts'
import { Killed, type Mortal, mortal } from '../support/mortal.ts'
import { nodeStore } from '../support/node-store.ts'

/** How old what a location reads may be. */
const MOST_LAG_MS = 90_000
const NAMES = ['a', 'b', 'events/a', 'f']

interface Model {
  /** What writers were told. */
  readonly confirmed: { readonly revision: number; readonly name: string; readonly text: string | null }[]
}

interface Real {
  readonly clock: VirtualClock
  store: Store
  readonly kv: LaggingKv
  /** Edits by hand that were written over, though every location had seen them, and that are in no history. */
  readonly lost: string[]
  mortal: Mortal
  engine: RegistryEngine
}

type Command = fc.AsyncCommand<Model, Real>

function givenReal(random: Random): Real {
  const clock = virtualClock({ flush: async () => {} })
  const kv = laggingKv(clock)
  kv.hand('a', 'https://before.test')
  const store = nodeStore()
  const lost: string[] = []
  kv.onOverwrite = (name, old, now) => {
    if (isLost(real.store, name, old, now)) lost.push(`${name}: ${old.value}, of ${old.at}, at ${now}`)
  }
  kv.lagMs = () => random.next() * MOST_LAG_MS
  const first = mortal(store, kv)
  const real: Real = { clock, store, kv, lost, mortal: first, engine: engineOf(first, clock) }
  return real
}

function engineOf({ store, namespace }: Mortal, clock: VirtualClock): RegistryEngine {
  return registryEngine({ store, namespace, clock, scanMs: 300_000 })
}

/** An edit by hand that every location has seen must be in history before it is written over. */
function isLost(
  store: Store,
  name: string,
  old: { value: string | null; at: number; metadata: unknown },
  now: number,
): boolean {
  const isByHand = old.metadata === null && old.at > 0
  // A deletion looks like lag until the lag must be over.
  const certainMs = MOST_LAG_MS + (old.value === null ? MOST_LAG_MS + LAG_MS : 0)
  if (!isByHand || now - old.at <= certainMs) return false
  const rows = store.sql
    .exec<{ text: string | null; at: number }>('SELECT text, at FROM revisions WHERE name = ?', name)
    .toArray()
  // What was deleted before history knew of it, it never had.
  const wasKnown = old.value !== null || rows.some(({ at }) => at < old.at)
  return wasKnown && !rows.some(({ text }) => text === old.value)
}

/** What the object is asked; where it dies on that, another one takes its place and nothing was confirmed. */
async function ask<T>(real: Real, work: (engine: RegistryEngine) => Promise<T>): Promise<T | undefined> {
  try {
    await real.engine.ready()
    return await work(real.engine)
  } catch (error) {
    if (real.mortal.isDead) {
      real.mortal = mortal(real.store, real.kv)
      real.engine = engineOf(real.mortal, real.clock)
      return undefined
    }
    // Adoption waits for KV.
    if ((error as { code?: string }).code === 'registry_unavailable') return undefined
    throw error instanceof Killed ? new Error('Killed, and alive.') : error
  }
}

/** Another object takes the history over, as one that deploys it elsewhere would: when the last write is old, and page by page. */
async function move(real: Real, truth: 'kv' | 'history'): Promise<void> {
  const waited = await ask(real, (engine) => takeTurns(engine, real.clock, LAG_MS).then(() => true))
  const rows = waited && exportedFrom(registryEngine({ store: real.store, namespace: real.kv, clock: real.clock }))
  if (!rows) return
  const store = nodeStore()
  const target = mortal(store, real.kv)
  const engine = engineOf(target, real.clock)
  for (let from = 0; from < rows.length; from += 3) await engine.restore(rows.slice(from, from + 3))
  engine.restored(truth, { author: 'eve' })
  // The old one is gone from here on, whatever KV does.
  Object.assign(real, { store, mortal: target, engine })
}

function exportedFrom(engine: RegistryEngine): Revision[] | undefined {
  const rows: Revision[] = []
  for (let next: Place | undefined = { revision: 0, name: '' }; next; ) {
    const page: ReturnType<RegistryEngine['export']> = engine.export(next, 4)
    rows.push(...page.rows)
    next = page.next
  }
  return rows.length > 0 ? rows : undefined
}

function command(what: string, run: (model: Model, real: Real) => Promise<unknown>): Command {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real)
    },
    toString: () => what,
  }
}

/** Exactly the writer wins who had seen what was there last. */
function confirm(
  model: Model,
  { store }: Real,
  texts: Record<string, string | null>,
  conditions: Record<string, Condition>,
  answer: Written | Refused | undefined,
) {
  if (!answer?.ok) return
  for (const name of answer.changed) {
    model.confirmed.push({ revision: answer.revision, name, text: texts[name] ?? null })
    // Read past the object, which may be about to die.
    const [newest, before] = ledger(store).history(name, Number.MAX_SAFE_INTEGER, 2).items
    expect(newest).toMatchObject({ revision: answer.revision, text: texts[name] ?? null })
    const condition = conditions[name] as Condition
    if ('ifMatch' in condition) expect(before?.revision).toBe(condition.ifMatch)
    else expect(before?.text ?? null).toBeNull()
  }
}

const names = fc.constantFrom(...NAMES)
const texts = fc.oneof(
  { weight: 6, arbitrary: fc.uuid().map((id) => `https://${id}.test`) },
  { weight: 1, arbitrary: fc.constantFrom('https://x.test', 'https://before.test', null) },
)

const commands: fc.Arbitrary<Command>[] = [
  fc.record({ texts: fc.dictionary(names, texts, { minKeys: 1 }), isStale: fc.boolean() }).map(({ texts, isStale }) =>
    command(`write ${JSON.stringify(texts)}${isStale ? ' late' : ''}`, async (model, real) => {
      const conditions: Record<string, Condition> = {}
      const answer = await ask(real, async (engine) => {
        for (const name of Object.keys(texts)) {
          const revision = engine.get(name)?.revision
          conditions[name] = revision === undefined ? { ifNoneMatch: '*' } : { ifMatch: revision - (isStale ? 1 : 0) }
        }
        const changes = Object.entries(texts).map(([name, text]) => ({
          name,
          text,
          condition: conditions[name] as Condition,
        }))
        return engine.write(changes, { author: 'ann' })
      })
      confirm(model, real, texts, conditions, answer)
    }),
  ),
  fc.record({ name: names, text: texts }).map(({ name, text }) =>
    command(`two writers of ${name}: ${text}`, async (model, real) => {
      const both = [text, 'https://other.test']
      const answers = await ask(real, async (engine) => {
        const revision = engine.get(name)?.revision
        const condition: Condition = revision === undefined ? { ifNoneMatch: '*' } : { ifMatch: revision }
        const writes = both.map((text) => engine.write([{ name, text, condition }], { author: 'bob' }))
        return Promise.all(writes)
      })
      const winners = answers?.filter((answer) => answer.ok && answer.changed.length > 0) ?? []
      expect(winners.length).toBeLessThanOrEqual(1)
      for (const [at, answer] of answers?.entries() ?? [])
        if (answer.ok && answer.changed.length > 0)
          model.confirmed.push({ revision: answer.revision, name, text: both[at] ?? null })
    }),
  ),
  fc.record({ name: names, back: fc.nat(3) }).map(({ name, back }) =>
    command(`roll ${name} back by ${back}`, async (model, real) => {
      let text: string | null = null
      const answer = await ask(real, async (engine) => {
        const old = engine.history(name).items[back]
        text = old?.text ?? null
        return old && engine.rollback(name, old.revision, { author: 'cid' })
      })
      if (answer?.ok && answer.changed.length > 0) model.confirmed.push({ revision: answer.revision, name, text })
    }),
  ),
  fc
    .record({ name: names, text: texts })
    .map(({ name, text }) => command(`by hand ${name}: ${text}`, async (_, { kv }) => kv.hand(name, text))),
  fc
    .record({ name: names, choice: fc.constantFrom('adopt' as const, 'overwrite' as const) })
    .map(({ name, choice }) =>
      command(`${choice} ${name}`, (_, real) => ask(real, (engine) => engine.resolve(name, choice, { author: 'dan' }))),
    ),
  fc
    .constantFrom('kv' as const, 'history' as const)
    .map((truth) => command(`move, and ${truth} counts`, (_, real) => move(real, truth))),
  fc
    .nat(60)
    .map((operations) => command(`die after ${operations}`, async (_, real) => real.mortal.dieAfter(operations))),
  fc.constantFrom('up', 'down', 'read-only').map((how) =>
    command(`KV is ${how}`, async (_, { kv }) => {
      kv.isDown = how === 'down'
      kv.isReadOnly = how === 'read-only'
    }),
  ),
  fc.constant(command('scan', (_, real) => ask(real, async (engine) => engine.scan()))),
  ...[0, 1_500, 30_000, 400_000].map((ms) =>
    fc.constant(command(`wait ${ms}`, (_, real) => ask(real, (engine) => takeTurns(engine, real.clock, ms)))),
  ),
]

it('has one linear history, loses nothing that it confirmed, and brings KV to it', async () => {
  const property = fc.asyncProperty(
    fc.commands(commands, { maxCommands: 40, size: 'max' }),
    fc.nat(),
    async (commands, seed) => {
      const model: Model = { confirmed: [] }
      const real = givenReal(seeded(seed))
      await fc.asyncModelRun(() => ({ model, real }), commands)

      const { clock, kv, store } = real
      kv.isDown = false
      kv.isReadOnly = false
      const engine = registryEngine({ store, namespace: kv, clock, scanMs: 300_000 })
      await takeTurns(engine, clock, 2_000_000)
      kv.lagMs = () => 0
      for (const { name } of engine.drifted()) await engine.resolve(name, 'overwrite', { author: 'end' })
      await takeTurns(engine, clock, 1_000_000)

      for (const { revision, name, text } of model.confirmed)
        expect(engine.history(name).items).toContainEqual(expect.objectContaining({ revision, text }))
      for (let revision = 1; revision <= engine.latest(); revision++)
        expect(engine.status(revision), `revision ${revision}`).toMatchObject({ waiting: 0 })
      for (const name of NAMES) expect(kv.truth(name).value, name).toBe(engine.get(name)?.text ?? null)
      expect(engine.drifted()).toEqual([])
      expect(real.lost).toEqual([])
    },
  )
  await fc.assert(property, { numRuns: 400 })
}, 120_000)
