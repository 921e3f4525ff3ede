/** `selvedge keys`: a key from its making to its end, over the admin API and the object behind it. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command } from '../../../support/command.ts'
import { givenAdmin } from '../../../support/given-admin.ts'

async function given() {
  const { client, clock, lines } = await givenAdmin()
  const dir = mkdtempSync(join(tmpdir(), 'selvedge-keys-'))
  const file = (name: string, text: string) => {
    const path = join(dir, name)
    writeFileSync(path, text)
    return path
  }
  return { client, clock, lines, file, selvedge: command({ clientOf: () => client }) }
}

describe('selvedge keys', () => {
  it('turns a key: new, published, and the one before it retired', async () => {
    const { selvedge, clock, file, client, lines } = await given()
    const one = file('one.json', (await selvedge('keys', 'new', 'mesh-1')).out)
    expect((await selvedge('keys', 'publish', 'mesh-1', '--key', one)).code).toBe(0)
    await clock.advance(3_600_000)

    const made = await selvedge('keys', 'new', 'mesh-2', '--beside', one)
    const secret = JSON.parse(made.out) as { keys: { kid: string; d: string }[] }
    expect(secret.keys.map(({ kid }) => kid)).toEqual(['mesh-1', 'mesh-2'])
    expect(made.err).toContain('This is a private key')
    const both = file('both.json', made.out)
    const published = await selvedge('keys', 'publish', 'mesh-2', '--key', both)
    expect(published.out).toMatch(
      /^KEY +ALG +SIGNS FROM +CALLERS.*\nmesh-1 +Ed25519 +\S+Z +all.*\nmesh-2 +Ed25519 +\S+Z +all/,
    )
    // No private half goes anywhere.
    for (const { d } of secret.keys) expect(`${published.out}${JSON.stringify(lines)}`).not.toContain(d)

    const early = await selvedge('keys', 'retire', 'mesh-1')
    expect([early.code, early.err]).toEqual([1, expect.stringMatching(/may still be under way: retire it in 450 s/)])
    await clock.advance(450_000)
    expect((await selvedge('keys', 'retire', 'mesh-1')).code).toBe(0)
    expect((await client.keys()).keys.map(({ kid }) => kid)).toEqual(['mesh-2'])
    expect(lines.filter(({ event }) => event === 'admin_write').map(({ code, message }) => [code, message])).toEqual([
      ['published', 'key mesh-1'],
      ['published', 'key mesh-2'],
      ['too_early', 'key mesh-1'],
      ['retired', 'key mesh-1'],
    ])
  })

  it('retires one that is in wrong hands at once, and says what a mesh without KV does', async () => {
    const { selvedge, file } = await given()
    const one = file('one.json', (await selvedge('keys', 'new', 'thumb-1')).out)
    const { out } = await selvedge('keys', 'publish', 'thumb-1', '--key', one, '--callers', 'thumbnailer,*.thumbs')
    expect(out).toMatch(/thumbnailer, \*\.thumbs/)
    const gone = await selvedge('keys', 'retire', 'thumb-1', '--now')
    expect([gone.code, gone.err]).toEqual([0, expect.stringContaining('MESH_MAX_STALE')])
    expect((await selvedge('keys', 'list')).err).toContain('There are no keys.')
  })

  it.each([
    ['no JSON', '{ "d": "hunter2"', /is no JSON/],
    ['no key', '{"keys":[{"d":"hunter2"}]}', /holds no JWK with a kid/],
    ['another key', '{"kid":"other","d":"hunter2"}', /has no key called "mesh-1"/],
  ])('sends nothing of a file with %s, and repeats nothing of it', async (_, text, why) => {
    const { selvedge, file } = await given()
    const { code, err } = await selvedge('keys', 'publish', 'mesh-1', '--key', file('a.json', text))
    expect([code, err]).toEqual([2, expect.stringMatching(why)])
    expect(err).not.toContain('hunter2')
  })

  it('says what is wrong with a key by its place', async () => {
    const { selvedge, file } = await given()
    const path = file('a.json', '{"kid":"mesh-1","kty":"oct","alg":"HS256","k":"hunter2"}')
    const { code, err } = await selvedge('keys', 'publish', 'mesh-1', '--key', path)
    expect([code, err]).toEqual([1, expect.stringMatching(/\$\.alg: Expected one of Ed25519/)])
    expect(err).not.toContain('hunter2')
  })
})
