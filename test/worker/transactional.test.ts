/// <reference types="@cloudflare/vitest-plugin/types" />
/** The outbox and what stands beside it in workerd: SQLite, transactions and alarms are the platform's. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { OrdersObject } from './orders-object.ts'

const { ORDERS_OBJECT } = env as object as { ORDERS_OBJECT: DurableObjectNamespace<OrdersObject> }
const stubOf = (name: string) => ORDERS_OBJECT.getByName(name)
const subjects = async (stub: ReturnType<typeof stubOf>) => (await stub.sent()).map(({ subject }) => subject)

/** Rings the alarm until there is none, or says what waits. */
async function rung(stub: ReturnType<typeof stubOf>) {
  for (let round = 0; round < 5; round++) {
    if (!(await runDurableObjectAlarm(stub))) break
    if ((await stub.waiting()).rows === 0) break
  }
}

describe('outbox', () => {
  it('keeps state, event and alarm together', async () => {
    const stub = stubOf('together')
    await stub.place('a')
    await rung(stub)
    expect(await subjects(stub)).toEqual(['a'])
    expect((await stub.waiting()).rows).toBe(0)
  })

  it('keeps none of them where the work throws, or the event is too large; the next ones go out', async () => {
    const stub = stubOf('none')
    expect(await stub.refused('refused')).toContain('no credit')
    expect(await stub.refused('too large')).toContain('127488 fit')
    expect(await stub.orders()).toEqual([])
    await stub.place('a')
    await rung(stub)
    expect((await stub.sent()).map(({ subject, sequence }) => [subject, Number(sequence)])).toEqual([['a', 1]])
  })

  it.each([
    ['sends what was committed by an object that died before it answered', true, ['a']],
    ['has nothing of an object that died before the commit', false, []],
  ])('%s', async (name, isKept, expected) => {
    const died = await runInDurableObject(stubOf(name), (object) => object.placeAndDie('a', isKept)).catch(() => 'died')
    expect(died).toBe('died')
    const stub = stubOf(name)
    await rung(stub)
    expect(await stub.orders()).toEqual(expected)
    expect(await subjects(stub)).toEqual(expected)
  })

  it('sends rows whose alarm was lost, when the object is made again', async () => {
    const stub = stubOf('lost')
    await runInDurableObject(stub, async (object, { storage }) => {
      object.place('a')
      await storage.deleteAlarm()
    })
    await evictDurableObject(stub)
    expect((await stub.waiting()).rows).toBeLessThanOrEqual(1)
    await rung(stub)
    expect(await subjects(stub)).toEqual(['a'])
  })

  it('never fails its alarm, and goes on when the queue is back', async () => {
    const stub = stubOf('down')
    await runInDurableObject(stub, (object) => {
      object.isDown = true
      object.place('a')
    })
    await runInDurableObject(stub, (object) => object.alarm())
    expect(await stub.waiting()).toMatchObject({ rows: 1 })
    await runInDurableObject(stub, (object, { storage }) => {
      object.isDown = false
      // As if its wait were over.
      storage.sql.exec("UPDATE selvedge_alarms SET at = 0 WHERE name = 'outbox'")
      return object.alarm()
    })
    expect(await subjects(stub)).toEqual(['a'])
  })

  it('replays to one subscriber, with the same ids', async () => {
    const stub = stubOf('replay')
    await stub.place('a')
    await rung(stub)
    expect(await stub.replay('billing')).toBe(1)
    await runInDurableObject(stub, (object) => object.alarm())
    const [first, second] = await stub.sent()
    expect(second).toEqual({ ...first, subscriber: 'billing' })
  })
})

describe('once, inOrder and participant', () => {
  it('do work once, with its event, in one transaction', async () => {
    const stub = stubOf('once')
    expect(await stub.once('a')).toEqual({ isFirst: true, value: 1 })
    expect(await stub.once('a')).toEqual({ isFirst: false, value: 1 })
    await rung(stub)
    expect(await subjects(stub)).toEqual(['a'])
  })

  it('apply events in their order, what is early with what it waits for', async () => {
    const stub = stubOf('order')
    const take = (sequence: number) => stub.inOrder({ source: 's', sequence })
    expect((await take(3)).outcome).toBe('held')
    expect(await stub.gaps()).toMatchObject([{ source: 's', waitsFor: 1, held: 1 }])
    await evictDurableObject(stub)
    expect((await take(2)).outcome).toBe('held')
    expect(await take(1)).toEqual({ outcome: 'applied', applied: 3 })
    expect((await take(2)).outcome).toBe('old')
    expect(await stub.orders()).toEqual(['1', '2', '3'])
  })

  it('undo a step once, and refuse one that comes late', async () => {
    const stub = stubOf('steps')
    expect(await stub.forward('a')).toMatchObject({ isUndone: false, isFirst: true })
    expect(await stub.undo('a')).toBe(true)
    expect(await stub.undo('a')).toBe(false)
    expect(await stub.undo('late')).toBe(false)
    expect(await stub.forward('late')).toEqual({ isUndone: true })
    expect(await stub.orders()).toEqual([])
  })
})
