import { describe, expect, it } from 'vitest'
import { command } from '../../support/command.ts'
import { givenAdmin } from '../../support/given-admin.ts'

/** The command beside the real API. */
async function given() {
  const { client } = await givenAdmin()
  return { client, selvedge: command({ clientOf: () => client }) }
}

describe('selvedge config min-version', () => {
  it('shows, says and takes back the oldest version that runs', async () => {
    const { selvedge } = await given()
    expect((await selvedge('config', 'min-version')).out).toBe(
      'Nobody has said the oldest version that runs: no field is refused.\n',
    )
    expect((await selvedge('config', 'min-version', '0.1.0')).out).toBe('The oldest version that runs is 0.1.0.\n')
    expect((await selvedge('config', 'min-version')).out).toBe('0.1.0\n')
    expect(JSON.parse((await selvedge('config', 'min-version', '-o', 'json')).out)).toEqual({ minVersion: '0.1.0' })
    expect((await selvedge('config', 'min-version', 'none')).out).toContain('Nobody has said')
  })

  it('refuses what is no version, and sends nothing', async () => {
    const { selvedge, client } = await given()
    const { code, err } = await selvedge('config', 'min-version', 'v1')
    expect(code).toBe(2)
    expect(err).toContain('A version has three numbers, as in 0.1.0; got "v1".')
    expect(await client.settings()).toEqual({ minVersion: null })
  })

  it('has apply refuse a newer field, with its version and the oldest one, unless it is forced', async () => {
    const { selvedge, client } = await given()
    await selvedge('config', 'min-version', '0.1.0')
    const { mkdtempSync, writeFileSync } = await import('node:fs')
    const dir = mkdtempSync('/tmp/selvedge-min-')
    writeFileSync(`${dir}/r.yaml`, 'users: { endpoints: [https://a.example], hedge: {} }\norders: https://o.example\n')
    const refused = await selvedge('apply', '-f', `${dir}/r.yaml`)
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/refused users: hedge: came with version 0\.2\.0, and the oldest that runs is 0\.1\.0/)
    expect(await client.get('users')).toBeUndefined()
    expect(await client.get('orders')).toMatchObject({ record: 'https://o.example' })
    expect(await selvedge('apply', '-f', `${dir}/r.yaml`, '--force')).toMatchObject({ code: 0 })
    expect(await client.get('users')).toMatchObject({ record: { hedge: {} } })
  })
})
