/** What is taken away and taken back: delete, history and rollback. */
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'

async function given() {
  const clock = virtualClock()
  const admin = adminFake(clock, { users: 'https://a.example' })
  await clock.advance(60_000)
  admin.write('users', 'https://b.example', { message: 'a second region [label:shop]' })
  await clock.advance(60_000)
  return { admin, selvedge: command({ clock, clientOf: () => admin }) }
}

describe('selvedge history', () => {
  it('lists revisions, the newest first', async () => {
    const { selvedge, admin } = await given()
    admin.write('users', null, { author: null, origin: 'hand' })
    expect((await selvedge('history', 'users')).out.split('\n')).toEqual([
      'REVISION   AUTHOR   AGE   ORIGIN         MESSAGE',
      '3          -        0s    hand,deleted   -',
      '2          anna     60s   api            a second region [label:shop]',
      '1          -        2m    adopt          -',
      '',
    ])
  })

  it('tells of all names where none is said', async () => {
    const { selvedge, admin } = await given()
    admin.write('orders', 'https://a.example')
    admin.write('users', null)
    expect((await selvedge('history', '--limit', '2')).out.split('\n')).toEqual([
      'NAME     REVISION   AUTHOR   AGE   ORIGIN        MESSAGE',
      'users    4          anna     0s    api,deleted   -',
      'orders   3          anna     0s    api           -',
      '',
    ])
  })

  it('says that there are more than it shows', async () => {
    const { selvedge } = await given()
    const { out, err } = await selvedge('history', 'users', '--limit', '1')
    expect(out.split('\n')).toHaveLength(3)
    expect(err).toContain('Older revisions are left out: --limit 2 shows more.')
    expect((await selvedge('history', 'users', '--limit', '2')).err).not.toContain('left out')
  })

  it('says that there is no such name', async () => {
    const { selvedge } = await given()
    expect(await selvedge('history', 'user')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Did you mean users?'),
    })
  })
})

describe('selvedge rollback', () => {
  it('goes back to the revision before, as a new one, within its label', async () => {
    const { selvedge, admin } = await given()
    expect((await selvedge('rollback', 'users')).out).toBe('users is back at revision 1, as revision 3.\n')
    expect(await admin.get('users')).toMatchObject({ record: 'https://a.example', message: 'back to 1 [label:shop]' })
  })

  it('goes back to any revision, with a reason', async () => {
    const { selvedge, admin } = await given()
    admin.write('users', 'https://c.example')
    const { out } = await selvedge('rollback', 'users', '--to', '2', '--message', 'c is down')
    expect(out).toBe('users is back at revision 2, as revision 4.\n')
    expect(await admin.get('users')).toMatchObject({ record: 'https://b.example', message: 'c is down' })
  })

  it('brings back what was deleted', async () => {
    const { selvedge, admin } = await given()
    admin.write('users', null)
    expect((await selvedge('rollback', 'users')).out).toBe('users is back at revision 2, as revision 4.\n')
    expect(await admin.get('users')).toMatchObject({ record: 'https://b.example' })
  })

  it('writes nothing with --dry-run, or where it is there already', async () => {
    const { selvedge, admin } = await given()
    expect((await selvedge('rollback', 'users', '--dry-run')).out).toBe('users is back at revision 1 (dry run).\n')
    expect((await selvedge('rollback', 'users', '--to', '2')).out).toBe('users is as it was at revision 2 already.\n')
    expect(await admin.get('users')).toMatchObject({ revision: 2 })
  })

  it.each([
    [['users', '--to', '9'], 1, '"users" has no such revision.'],
    [['users', '--to', 'x'], 2, 'It is a revision, a number from 1 on.'],
    [['user'], 1, 'Did you mean users?'],
  ])('%j ends with exit code %i and a reason', async (argv, code, reason) => {
    const { selvedge } = await given()
    expect(await selvedge('rollback', ...argv)).toMatchObject({ code, out: '', err: expect.stringContaining(reason) })
  })

  it('says that there is nothing to go back to', async () => {
    const clock = virtualClock()
    const selvedge = command({ clock, clientOf: () => adminFake(clock, { users: 'https://a.example' }) })
    expect(await selvedge('rollback', 'users')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has one revision alone, 1'),
    })
  })
})

describe('selvedge delete', () => {
  it('takes away what is there, under the condition that it was seen, and tells what is not', async () => {
    const { selvedge, admin } = await given()
    const { code, out, err } = await selvedge('delete', 'users', 'cart', '-m', 'gone')
    expect([code, out]).toEqual([1, 'users deleted\n'])
    expect(err).toContain('There is no record of "cart".')
    expect(admin.asked).toEqual([{ changes: [{ name: 'users', record: null, ifMatch: 2 }], how: { message: 'gone' } }])
  })

  it('writes nothing with --dry-run', async () => {
    const { selvedge, admin } = await given()
    expect(await selvedge('delete', 'users', '--dry-run')).toMatchObject({ code: 0, out: 'users deleted (dry run)\n' })
    expect(await admin.get('users')).toBeDefined()
  })
})
