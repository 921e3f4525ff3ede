import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command } from '../../../support/command.ts'
import { givenAdmin } from '../../../support/given-admin.ts'

const [OURS, THEIRS] = ['https://ours.example.com', 'https://theirs.example.com']

/** A change of ours waits, and a person has written KV meanwhile. */
async function given() {
  const { client, kv, run, clock } = await givenAdmin()
  await client.put('users', 'https://first.example.com', { ifNoneMatch: '*' })
  await run()
  await clock.advance(600_000)
  await client.put('users', OURS, { ifMatch: 1 })
  kv.hand('users', THEIRS)
  await run()
  const selvedge = command({ clock, clientOf: () => client })
  return { client, kv, run, selvedge }
}

describe('selvedge drift', () => {
  it('lists names that wait for a decision, and shows what the edit has changed', async () => {
    const { selvedge } = await given()
    expect((await selvedge('drift')).out).toBe('NAME    REVISION   SEEN   EDIT\nusers   2          0s     changed\n')
    expect((await selvedge('drift', 'users')).out).toBe(
      `users   revision 2; edited by hand in KV, seen 0s ago\n- "${OURS}"\n+ "${THEIRS}"\n`,
    )
    expect(JSON.parse((await selvedge('drift', 'users', '-o', 'json')).out)).toMatchObject([
      { name: 'users', found: THEIRS, record: OURS },
    ])
  })

  it.each([
    ['--adopt', 'users is as it was edited by hand, as revision 3.\n', THEIRS],
    ['--overwrite', 'users is as history has it, as revision 4. The edit by hand is a revision before it.\n', OURS],
  ])('settles it with %s', async (flag, told, stands) => {
    const { selvedge, client, kv, run } = await given()
    expect(await selvedge('drift', 'users', flag, '-m', 'decided')).toMatchObject({ code: 0, out: told })
    await run(10_000)
    expect(kv.truth('users').value).toBe(stands)
    expect(await client.get('users')).toMatchObject({ record: stands, message: 'decided', state: 'published' })
    expect(await selvedge('drift')).toMatchObject({
      code: 0,
      err: expect.stringContaining('No edit by hand waits for a decision.'),
    })
  })

  it.each([
    [['orders'], 1, 'No edit by hand of "orders" waits'],
    [['orders', '--adopt'], 1, 'orders'],
    [['--adopt'], 2, '--adopt needs a name'],
    [['users', '--adopt', '--overwrite'], 2, 'cannot be used with'],
    [['users', '--scan'], 2, 'leave out the name'],
  ])('says why not: %j', async (argv, code, reason) => {
    const { selvedge } = await given()
    expect(await selvedge('drift', ...argv)).toMatchObject({ code, out: '', err: expect.stringContaining(reason) })
  })

  it('has KV looked through with --scan', async () => {
    const { selvedge, client, kv, run } = await given()
    kv.hand('orders', THEIRS)
    expect(await selvedge('drift', '--scan')).toMatchObject({ code: 0 })
    await run(1_000)
    expect(await client.get('orders')).toMatchObject({ record: THEIRS, origin: 'hand' })
  })

  it('is where diff, history and a refused apply lead to', async () => {
    const { selvedge } = await given()
    const folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
    const file = join(folder, 'registry.yaml')
    writeFileSync(file, 'users: https://next.example.com')
    expect((await selvedge('diff', '-f', file)).out).toContain(
      'KV holds an edit by hand, and nothing is written: selvedge drift users',
    )
    expect((await selvedge('history', 'users')).err).toContain('not in history: selvedge drift users')
    const { code, err } = await selvedge('apply', '-f', file)
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('selvedge drift users shows it') })
    rmSync(folder, { recursive: true })
  })
})
