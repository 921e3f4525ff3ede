/** Objects that die at any operation, a queue that loses answers, reorders and repeats: each change and its event exactly once, in order. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { StoredEvent } from '../../src/transactional/event.ts'
import { inOrder } from '../../src/transactional/in-order.ts'
import { once } from '../../src/transactional/once.ts'
import { type Outbox, outbox } from '../../src/transactional/outbox.ts'
import { Killed } from '../support/mortal.ts'
import { type NodeObject, nodeObject } from '../support/node-object.ts'

/** A step, and after how many operations the object dies on it, if it does. */
type Step =
  | { readonly kind: 'place' | 'again'; readonly dies: number | undefined }
  | {
      readonly kind: 'relay'
      readonly dies: number | undefined
      readonly queue: 'takes' | 'refuses' | 'takes and fails'
    }
  | { readonly kind: 'deliver'; readonly at: number; readonly isRepeated: boolean; readonly dies: number | undefined }
  | { readonly kind: 'wait'; readonly ms: number }

const dies = fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined, freq: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('place' as const, 'again' as const), dies }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('relay' as const),
      dies,
      queue: fc.constantFrom('takes' as const, 'takes' as const, 'refuses' as const, 'takes and fails' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(), isRepeated: fc.boolean(), dies }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
)

class World {
  readonly clock: VirtualClock = virtualClock({ startAt: 1_760_000_000_000, flush: async () => {} })
  readonly sender: NodeObject = nodeObject(this.clock, 'sender')
  readonly receiver: NodeObject = nodeObject(this.clock, 'receiver')
  readonly queue: StoredEvent[] = []
  readonly ids = new Set<string>()
  readonly confirmed: string[] = []
  mood: 'takes' | 'refuses' | 'takes and fails' = 'takes'
  orders = 0

  /** The sender as somebody finds it: woken anew, with its rows. */
  sending(operations?: number): { place(id: string): void; events: Outbox } {
    const ctx = this.sender.born(operations)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT)')
    const to = {
      sendBatch: async (messages: { body: StoredEvent }[]) => {
        if (this.mood === 'refuses') throw new Error('The queue refuses.')
        this.queue.push(...messages.map(({ body }) => body))
        if (this.mood === 'takes and fails') throw new Error('The answer was lost.')
      },
    }
    const events = outbox(ctx, { source: 'orders', to, clock: this.clock })
    const place = (id: string) =>
      once(
        ctx.storage,
        id,
        () =>
          events.transaction((publish) => {
            ctx.storage.sql.exec('INSERT INTO orders VALUES (?)', id)
            publish({ type: 'placed', data: id })
          }),
        { clock: this.clock },
      )
    return { place: (id) => void place(id), events }
  }

  receive(event: StoredEvent, operations?: number): void {
    const { storage } = this.receiver.born(operations)
    storage.sql.exec('CREATE TABLE IF NOT EXISTS applied (at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT)')
    const work = ({ data }: StoredEvent) => void storage.sql.exec('INSERT INTO applied (id) VALUES (?)', String(data))
    inOrder(storage, event, work, { clock: this.clock })
  }

  column(object: NodeObject, query: string): string[] {
    try {
      return object.store.sql
        .exec<{ id: string }>(query)
        .toArray()
        .map(({ id }) => id)
    } catch {
      // It died before it made its table.
      return []
    }
  }
}

function mayDie(work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof Killed) return false
    throw error
  }
}

async function take(world: World, one: Step): Promise<void> {
  if (one.kind === 'wait') return world.clock.advance(one.ms)
  if (one.kind === 'relay') {
    world.mood = one.queue
    await world.clock.advance(1000)
    await world.sender.ring(async () => {
      await world.sending(one.dies).events.alarm()
      // A platform that kills the object hears nothing of its alarm's end.
      if (one.dies !== undefined) throw new Killed('It did not end.')
    })
    return
  }
  if (one.kind === 'deliver') {
    const { queue } = world
    if (queue.length === 0) return
    const at = one.at % queue.length
    const event = queue[at] as StoredEvent
    // It is settled only where the receiver answered, and may come again then, too.
    const isDone = mayDie(() => world.receive(event, one.dies))
    if (isDone && !one.isRepeated) queue.splice(at, 1)
    return
  }
  // `again`: the caller of the last order never heard of it, or believes so.
  if (one.kind === 'place') world.orders++
  const id = `order-${world.orders}`
  if (mayDie(() => world.sending(one.dies).place(id))) world.confirmed.push(id)
}

/** All is well again: whatever waits goes its way. */
async function settle(world: World): Promise<void> {
  world.mood = 'takes'
  for (let round = 0; round < 20; round++) {
    const { events } = world.sending()
    await world.clock.advance(400_000)
    await world.sender.ring(events.alarm)
    if (events.waiting().rows === 0) break
  }
  for (const event of world.queue.splice(0).reverse()) {
    world.ids.add(event.id)
    world.receive(event)
  }
}

it('loses nothing that was confirmed, does nothing twice, and keeps the order', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = new World()
      for (const one of steps) await take(world, one)
      await settle(world)
      const orders = world.column(world.sender, 'SELECT id FROM orders ORDER BY rowid')
      const applied = world.column(world.receiver, 'SELECT id FROM applied ORDER BY at')
      expect(applied).toEqual(orders)
      expect(new Set(orders).size).toBe(orders.length)
      for (const id of world.confirmed) expect(orders).toContain(id)
    }),
    { numRuns: 300 },
  )
})
