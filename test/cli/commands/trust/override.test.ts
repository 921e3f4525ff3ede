import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { command } from '../../../support/command.ts'
import { givenAdmin, TOKEN } from '../../../support/given-admin.ts'
import { DOMAIN, type GivenKey, givenKey } from '../../../support/given-keys.ts'

let key: GivenKey
const folder = mkdtempSync(join(tmpdir(), 'selvedge-override-'))
const file = join(folder, 'ci.jwk')
beforeAll(async () => {
  key = await givenKey('ci-1')
  writeFileSync(file, key.secret)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function given() {
  const trusting = { MESH_TRUST: { domain: DOMAIN, sign: 'MESH_KEY' }, MESH_KEY: key.secret }
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ...trusting } as never)
  return { admin, selvedge: command({ clock: admin.clock, clientOf: () => admin.client }) }
}

/** What jose makes of it: the other party of every token. */
async function claimsOf(baggage: string) {
  const token = baggage.replace(/^selvedge-override=/, '')
  const { payload, protectedHeader } = await compactVerify(token, await importJWK(key.open, 'Ed25519'))
  return { header: protectedHeader, claims: JSON.parse(new TextDecoder().decode(payload)) }
}

describe('selvedge override', () => {
  it('has the mesh sign it, and prints the header, a call and when it ends', async () => {
    const { selvedge, admin } = await given()
    const { code, out, err } = await selvedge(
      'override',
      'users=users@pr-1',
      'orders=orders@pr-1',
      '--for',
      '2h',
      '--author',
      'jane',
    )
    expect(code).toBe(0)
    const [, baggage = ''] = /^baggage: (\S+)\n$/.exec(out) ?? []
    const { claims } = await claimsOf(baggage)
    expect(claims).toMatchObject({ sub: 'admin (says: jane)', o: { users: 'users@pr-1', orders: 'orders@pr-1' } })
    const endsAt = new Date(Math.floor(admin.clock.now() / 1000) * 1000 + 7_200_000).toISOString()
    expect(err).toContain(`It holds until ${endsAt}, by the key ci-1.`)
    expect(err).toContain(`curl -H 'baggage: ${baggage}' http://127.0.0.1:8787/svc/users/`)
  })

  it('signs by itself with a key that it is given, and asks no mesh', async () => {
    const selvedge = command({ clock: virtualClock({ startAt: 7_000 }) })
    const { code, out } = await selvedge(
      'override',
      'users=users@pr-1',
      '--key',
      file,
      '--domain',
      DOMAIN,
      '-o',
      'json',
    )
    expect(code).toBe(0)
    const { baggage, kid, expiresAt } = JSON.parse(out)
    const { header, claims } = await claimsOf(baggage)
    expect(header).toEqual({ alg: 'Ed25519', kid: 'ci-1', typ: 'selvedge-override+jwt' })
    expect(claims).toEqual({ iss: DOMAIN, sub: 'ci-1', iat: 7, exp: 3607, o: { users: 'users@pr-1' } })
    expect([kid, expiresAt]).toEqual(['ci-1', '1970-01-01T01:00:07.000Z'])
  })

  it.each([
    [2, ['users'], 'Expected NAME=RECORD'],
    [1, ['users=users', '--key', file, '--domain', DOMAIN], 'a name with a tag in the place of each'],
    [1, ['users=users@a', '--for', '25h', '--key', file, '--domain', DOMAIN], 'for how long it holds'],
    [2, ['users=users@a', '--for', 'soon'], 'It is a duration'],
    [2, ['users=users@a', '--key', file], '--key needs --domain'],
    [2, ['users=users@a', '--domain', DOMAIN], '--domain stands beside --key'],
    [2, ['users=users@a', '--key', join(folder, 'none'), '--domain', DOMAIN], 'none cannot be read:'],
  ])('ends with %i of %j', async (code, argv, said) => {
    const ran = await command()('override', ...(argv as string[]))
    expect(ran.code).toBe(code)
    expect(ran.err).toContain(said)
  })

  it('repeats nothing of a file that holds no key', async () => {
    const wrong = join(folder, 'wrong')
    writeFileSync(wrong, 'hunter2')
    const { code, out, err } = await command()('override', 'users=users@a', '--key', wrong, '--domain', DOMAIN)
    expect(code).toBe(2)
    expect(out + err).not.toContain('hunter2')
  })
})
