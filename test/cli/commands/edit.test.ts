/** `selvedge edit`, with editors that are scripts, beside the real API. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { command } from '../../support/command.ts'
import { givenAdmin } from '../../support/given-admin.ts'
import { givenMove, givenService, givenSimulation, LOST } from '../../support/given-simulation.ts'

const dir = mkdtempSync(join(tmpdir(), 'selvedge-test-edit-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const USERS = { endpoints: ['https://a.example'], timeouts: { request: '2s' } }

/** @param script lines of the shell; "$1" is the file, and `seen.N` beside the script what it held the Nth time. */
async function given(script: string, variable = 'EDITOR') {
  const admin = await givenAdmin()
  await admin.client.put('users', USERS, { ifNoneMatch: '*' })
  const place = mkdtempSync(join(dir, 'at-'))
  const editor = join(place, 'editor.sh')
  const temp = join(place, 'tmp')
  const { mkdirSync } = await import('node:fs')
  mkdirSync(temp)
  writeFileSync(
    editor,
    `#!/bin/sh\nif [ "$1" = --wait ]; then shift; fi\ncd ${place}\nn=$(($(cat count 2>/dev/null || echo 0) + 1))\necho $n > count\ncp "$1" seen.$n\nstat -c %a "$1" "$(dirname "$1")" > mode\n${script}\n`,
  )
  chmodSync(editor, 0o755)
  const env = { HOME: '/nowhere', TMPDIR: temp, PATH: process.env.PATH, [variable]: `${editor} --wait` }
  const seen = (nth: number) => readFileSync(join(place, `seen.${nth}`), 'utf8')
  return {
    ...admin,
    seen,
    times: () => Number(readFileSync(join(place, 'count'), 'utf8')),
    mode: () => readFileSync(join(place, 'mode'), 'utf8').trim().split('\n'),
    /** What is left in the folder of temporary files. */
    left: () => readdirSync(temp, { recursive: true, encoding: 'utf8' }),
    selvedge: command({ clientOf: () => admin.client, env }),
    place,
  }
}

describe('selvedge edit', () => {
  it('edits subscriptions, which are refused with their place as records are', async () => {
    const key = 'events/com.example.*'
    const { selvedge, client, seen } = await given('sed -i s/billing/ledger/g "$1"')
    await client.put(key, { subscriptions: [{ id: 'billing', sink: 'http://billing/' }] }, { ifNoneMatch: '*' })
    expect(await selvedge('edit', key)).toMatchObject({ code: 0, out: `${key} edited, revision 3.\n` })
    expect((await client.get(key))?.record).toEqual({ subscriptions: [{ id: 'ledger', sink: 'http://ledger/' }] })
    expect(seen(1)).not.toContain('$schema')
    const wrong = await given('sed -i s/sink/snk/ "$1"')
    await wrong.client.put(key, { subscriptions: [{ id: 'a', sink: 'http://a/' }] }, { ifNoneMatch: '*' })
    const refused = await wrong.selvedge('edit', key)
    expect(refused.code).toBe(1)
    expect(wrong.seen(2)).toContain('Did you mean "sink"?')
  })

  it('writes what comes back with the revision that was seen, and leaves no file', async () => {
    const { selvedge, client, seen, left, mode } = await given(`sed -i 's/request: 2s/request: 9s/' "$1"`)
    const { code, out, err } = await selvedge('edit', 'users', '--message', 'slower')
    expect({ code, out, err }).toEqual({
      code: 0,
      out: 'users edited, revision 2.\n',
      err: expect.stringMatching(/^target local http:\/\/127\.0\.0\.1:8787\nNo requests are recorded, [^\n]+\n$/),
    })
    expect(await client.get('users')).toMatchObject({
      record: { ...USERS, timeouts: { request: '9s' } },
      revision: 2,
      message: 'slower',
    })
    expect(seen(1).split('\n')[0]).toBe('# yaml-language-server: $schema=http://127.0.0.1:8787/-/api/v1/schema')
    expect(seen(1)).toContain('\nendpoints:\n  - https://a.example\ntimeouts:\n  request: 2s\n')
    expect(mode()).toEqual(['600', '700'])
    expect(left()).toEqual([])
  })

  it('runs $VISUAL before $EDITOR, and edits JSON where that is asked for', async () => {
    const { selvedge, client, seen } = await given(`sed -i 's/"2s"/"3s"/' "$1"`, 'VISUAL')
    expect(await selvedge('edit', 'users', '-o', 'json')).toMatchObject({ code: 0 })
    expect(seen(1)).toMatch(/^\/\/ \$schema: http/)
    expect(await client.get('users')).toMatchObject({ record: { timeouts: { request: '3s' } } })
  })

  it.each([
    ['is left as it was', ':', 'nothing was changed'],
    ['is saved empty', ': > "$1"', 'the text was empty'],
    ['loses its comments alone', `sed -i '/^#/d' "$1"`, 'nothing was changed'],
    [
      'is written in another way',
      `printf '%s' '{"endpoints":["https://a.example"],"timeouts":{"request":"2s"}}' > "$1"`,
      'written in another way',
    ],
  ])('says so where the text %s', async (_, script, said) => {
    const { selvedge, client, left } = await given(script)
    const { code, out } = await selvedge('edit', 'users')
    expect(code).toBe(0)
    expect(out).toContain(said)
    expect(await client.get('users')).toMatchObject({ revision: 1 })
    expect(left()).toEqual([])
  })

  it('asks again where the record is refused, with the reason above the text', async () => {
    const { selvedge, client, seen, times, left } = await given(
      `if [ $n = 1 ]; then sed -i 's/request: 2s/request: soon/' "$1"; else sed -i 's/request: soon/request: 4s/' "$1"; fi`,
    )
    expect(await selvedge('edit', 'users')).toMatchObject({ code: 0, out: 'users edited, revision 2.\n' })
    expect(times()).toBe(2)
    expect(seen(2)).toMatch(/# It was not taken:\n# {3}users: timeouts\.request: Expected a duration/)
    expect(seen(2)).toContain('\n  request: soon\n')
    expect(await client.get('users')).toMatchObject({ record: { timeouts: { request: '4s' } } })
    expect(left()).toEqual([])
  })

  it('asks again where the text is no YAML, and names the line of the file', async () => {
    const { selvedge, seen } = await given(
      `if [ $n = 1 ]; then echo '  - : {' >> "$1"; else sed -i '/- : {/d; s/2s/5s/' "$1"; fi`,
    )
    expect(await selvedge('edit', 'users')).toMatchObject({ code: 0 })
    const lines = seen(1).split('\n').length
    expect(seen(2)).toMatch(new RegExp(`# It was not taken:\\n# {3}.*users\\.yaml:(${lines}|${lines + 1}): `))
  })

  it('gives up where nobody corrects it, says why, and keeps the text', async () => {
    const { selvedge, client, times } = await given(`sed -i 's/request: 2s/request: soon/' "$1"`)
    const { code, err } = await selvedge('edit', 'users')
    expect(code).toBe(1)
    expect(times()).toBe(2)
    expect(err).toContain('users was not written.')
    expect(err).toContain('timeouts.request: Expected a duration')
    const path = /The text is kept in (\S+)\.\n/.exec(err)?.[1] ?? ''
    expect(readFileSync(path, 'utf8')).toContain('request: soon')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await client.get('users')).toMatchObject({ revision: 1 })
  })

  it('is refused where somebody else wrote meanwhile, with the difference, and keeps the text', async () => {
    const { selvedge, client, env } = await given(`sed -i 's/request: 2s/request: 9s/' "$1"`)
    const put = client.put
    Object.assign(client, {
      put: async (name: string, record: object, how: object) => {
        await put(name, { ...USERS, timeouts: { request: '7s' } }, { ifMatch: 1, message: 'first' })
        return put(name, record as never, how)
      },
    })
    expect(env).toBeDefined()
    const { code, err } = await selvedge('edit', 'users')
    expect(code).toBe(1)
    expect(err).toContain('"7s"')
    expect(err).toContain('"9s"')
    const path = /The text is kept in (\S+)\.\n/.exec(err)?.[1] ?? ''
    expect(readFileSync(path, 'utf8')).toContain('request: 9s')
    expect(await client.get('users')).toMatchObject({ revision: 2, message: 'first' })
  })

  it('asks what it would break, as apply does, and keeps the text where that is refused', async () => {
    const { selvedge, client } = await given(`sed -i 's/a.example/b.example/' "$1"`)
    Object.assign(client, { simulate: async () => givenSimulation([givenService([givenMove(LOST)])]) })
    const { code, err } = await selvedge('edit', 'users')
    expect(code).toBe(1)
    expect(err).toContain('of the last hour would be led nowhere. Nothing was sent.')
    expect(readFileSync(/The text is kept in (\S+)\.\n/.exec(err)?.[1] ?? '', 'utf8')).toContain('b.example')
    expect(await client.get('users')).toMatchObject({ revision: 1 })
    expect(await selvedge('edit', 'users', '--force')).toMatchObject({ code: 0, out: 'users edited, revision 2.\n' })
  })

  it('tells of an editor that fails, and keeps what it has saved', async () => {
    const failed = await given('exit 3')
    const { code, err } = await failed.selvedge('edit', 'users')
    expect(code).toBe(2)
    expect(err).toMatch(/The editor ".*editor\.sh --wait" ended with 3/)
    expect(failed.left()).toEqual([])
    const saved = await given(`sed -i 's/2s/8s/' "$1"; exit 3`)
    const path = /The text is kept in (\S+)\.\n/.exec((await saved.selvedge('edit', 'users')).err)?.[1] ?? ''
    expect(readFileSync(path, 'utf8')).toContain('request: 8s')
  })

  it('opens no editor for a name without a record, and says what may have been meant', async () => {
    const { selvedge, place } = await given(':')
    const { code, err } = await selvedge('edit', 'usres')
    expect(code).toBe(1)
    expect(err).toContain('Did you mean users?')
    expect(existsSync(join(place, 'count'))).toBe(false)
  })

  it('edits a bare URL as it is', async () => {
    const { selvedge, client } = await given(`sed -i 's/a\\.example/b.example/' "$1"`)
    await client.put('orders', 'https://a.example', { ifNoneMatch: '*' })
    expect(await selvedge('edit', 'orders')).toMatchObject({ code: 0 })
    expect(await client.get('orders')).toMatchObject({ record: 'https://b.example' })
  })
})
