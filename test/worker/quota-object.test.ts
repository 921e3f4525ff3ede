/** The quota object as the platform runs it: one a name, called over RPC. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { QuotaObject } from '../../src/durable/quota-object.ts'

const { QUOTA_OBJECT } = env as object as { QUOTA_OBJECT: DurableObjectNamespace<QuotaObject> }

describe('QuotaObject', () => {
  it('lets in as many as it is told, and says how long until the next', async () => {
    const object = QUOTA_OBJECT.getByName('services/users caller =checkout')
    const all = await Promise.all(Array.from({ length: 7 }, () => object.take(5, 60_000)))
    expect(all.slice(0, 5)).toEqual([0, 0, 0, 0, 0])
    for (const waitMs of all.slice(5)) expect(waitMs).toBeGreaterThan(50_000)
  })

  it('counts each key apart', async () => {
    const waits = await Promise.all(['one', 'other'].map((key) => QUOTA_OBJECT.getByName(key).take(1, 60_000)))
    expect(waits).toEqual([0, 0])
  })
})
