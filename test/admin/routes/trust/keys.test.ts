import { describe, expect, it } from 'vitest'
import { givenAdmin } from '../../../support/given-admin.ts'

/** RFC 8037 §A.2. */
const ED25519 = { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

describe('/keys', () => {
  it('tells the audit of a key that was published, refused, or retired', async () => {
    const { client, lines } = await givenAdmin()
    await client.publishKey('mesh-1', ED25519)
    await client.retireKey('mesh-1').catch(() => {})
    await client.retireKey('mesh-1', { force: true })
    expect(lines.map(({ message, code }) => [message, code])).toEqual([
      ['key mesh-1', 'published'],
      ['key mesh-1', 'too_early'],
      ['key mesh-1', 'retired'],
    ])
  })

  it('tells the audit that nobody knows what became of one, where KV failed', async () => {
    const { client, lines, trust } = await givenAdmin()
    await client.publishKey('mesh-1', ED25519)
    trust.fails = 'after'
    const audit = () => lines.filter(({ event }) => event === 'admin_write').at(-1)
    await expect(client.publishKey('mesh-2', ED25519)).rejects.toMatchObject({ status: 503 })
    expect(audit()).toMatchObject({ message: 'key mesh-2', code: 'unknown', caller: 'admin' })
    await expect(client.retireKey('mesh-1', { force: true })).rejects.toMatchObject({ status: 503 })
    expect(audit()).toMatchObject({ message: 'key mesh-1', code: 'unknown', caller: 'admin' })
  })

  it('says whose hand it was where what stands in KV is no key set', async () => {
    const { client, trust } = await givenAdmin()
    trust.written.set('keys', '{"keys":')
    await expect(client.keys()).rejects.toMatchObject({ status: 409, problem: { code: 'unreadable' } })
  })
})
