import { describe, expect, it } from 'vitest'
import { browse } from '../../examples/shop/browse.ts'
import { faults } from '../../examples/shop/faults.ts'
import type { Called } from '../../examples/shop/shop.ts'
import type { Upstream } from '../../examples/shop/upstream.ts'
import { eventually } from '../support/eventually.ts'
import { givenAdmin, TOKEN } from '../support/given-admin.ts'

const PAYMENT = { endpoints: [{ binding: 'PAYMENT' }] }

async function given() {
  const { client } = await givenAdmin({ ADMIN_TOKEN: TOKEN })
  await client.put('payment', PAYMENT, { ifNoneMatch: '*' })
  const bank = { mood: 'well' } as Upstream
  return { client, bank, broken: faults({ bank }, client) }
}

describe('faults of the shop', () => {
  it.each(['dead', 'half', 'slow'])('bank is %s until it is mended', async (name) => {
    const { bank, broken } = await given()
    expect(await broken.inject(name)).toBe(true)
    expect(bank.mood).toBe(name)
    expect(await broken.mend()).toMatch(/^bank /)
    expect(bank.mood).toBe('well')
    expect(await broken.mend()).toBeUndefined()
  })

  it('the record of payment leads nowhere, by a change in its history, until it is mended', async () => {
    const { client, broken } = await given()
    await broken.inject('moved')
    expect(await client.get('payment')).toMatchObject({ record: { endpoints: ['http://127.0.0.1:1'] } })
    expect(await broken.mend()).toContain('nobody listens')
    expect(await client.get('payment')).toMatchObject({ record: PAYMENT, origin: 'rollback' })
  })

  it('leave a record alone that somebody has mended', async () => {
    const { client, broken } = await given()
    await broken.inject('moved')
    await client.put('payment', 'https://elsewhere.example.com', { ifMatch: '*' })
    await broken.mend()
    expect((await client.get('payment'))?.record).toBe('https://elsewhere.example.com')
  })

  it('are one at a time, and of those that there are', async () => {
    const { client, bank, broken } = await given()
    await broken.inject('moved')
    await broken.inject('slow')
    expect([bank.mood, (await client.get('payment'))?.record]).toEqual(['slow', PAYMENT])
    expect(await broken.inject('toString')).toBe(false)
  })
})

describe('customers of the shop', () => {
  it('come by themselves, and are gone when they are sent away, with all that is under way', async () => {
    const called: string[] = []
    let underWay = 0
    const leave = browse(async (path) => {
      called.push(path)
      underWay += 1
      await new Promise((resolve) => setTimeout(resolve, 20))
      underWay -= 1
      return {} as Called
    })
    await eventually('some have come', async () => called.length >= 2)
    await leave()
    expect(underWay).toBe(0)
    expect(called.slice(0, 2)).toEqual(['order/1', 'order/2'])
  })
})
