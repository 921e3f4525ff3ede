import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { encodeReceipt } from '../../../src/wire/receipt/encode.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'
import { givenReceipt } from '../../support/given-receipt.ts'

const to = (...weights: number[]) => weights.map((weight, index) => ({ name: `v${index + 1}`, weight }))
const rules = (...weights: number[]) => ({ rules: [{ name: 'canary', backendRefs: to(...weights) }] })

/** The receipt of a call that obeyed this revision of `users`. */
function receiptOf(revision: number): string {
  const { records, ...rest } = givenReceipt()
  const then = records.map((record) =>
    record.key === 'services/users' ? { ...record, revision: String(revision) } : record,
  )
  return encodeReceipt({ ...rest, records: then })
}

describe('explain', () => {
  it('tells a receipt, and decides again by the record as it stood then', async () => {
    const { client } = await givenAdmin()
    await client.put('other', 'https://other.example.com', { ifNoneMatch: '*' })
    const { revision } = await client.put('users', rules(4, 1), { ifNoneMatch: '*' })
    await client.put('users', rules(99, 1), { ifMatch: revision })
    const told = await client.explain(receiptOf(revision))
    expect(told.summary).toBe('users: endpoint_unreachable after 2 attempts in 320 ms. It did not answer.')
    expect(told.replayed[0]).toEqual({ what: 'backend', observed: 'v2', again: 'v2', agrees: true })
    expect(told.receipt).toMatchObject({ service: 'users', retryRefused: 'budget' })
    expect((await client.explain(receiptOf(revision + 1))).replayed[0]).toMatchObject({ again: 'v1', agrees: false })
    expect((await client.explain(receiptOf(1))).replayed[0]).toMatchObject({
      because: expect.stringContaining('weights'),
    })
  })

  it('refuses what is no receipt', async () => {
    const { client } = await givenAdmin()
    for (const text of ['', 'nonsense', '9.abc', '1.abc', `${receiptOf(1).slice(0, -9)}`]) {
      await expect(client.explain(text)).rejects.toMatchObject({ status: 422, problem: { code: 'invalid' } })
    }
  })

  it('tells a token nothing of records that it does not reach', async () => {
    const secret = 'a-token-that-reaches-the-shop-alone'
    const tokens = [{ name: 'shop', role: 'read', prefixes: ['shop'], sha256: await sha256Hex(secret) }]
    const { as } = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify(tokens) })
    await expect(as(secret).explain(receiptOf(1))).rejects.toMatchObject({ status: 403 })
  })
})
