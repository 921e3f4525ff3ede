import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'

async function given() {
  const clock = virtualClock()
  const admin = adminFake(clock, {
    users: { endpoints: ['https://a.example', { binding: 'USERS' }], timeouts: { request: '2s' } },
    orders: 'https://orders.example',
    'shop-front': { alias: 'users' },
    checkout: { rules: [{ backendRefs: [{ name: 'orders' }] }] },
    broken: { endpoints: [{ url: 'nothing' }] },
  })
  await clock.advance(200_000)
  return { clock, admin, selvedge: command({ clock, clientOf: () => admin }) }
}

describe('selvedge get', () => {
  it('lists the records as kubectl lists what it has', async () => {
    const { selvedge } = await given()
    expect(await selvedge('get')).toEqual({
      code: 0,
      err: 'target local http://127.0.0.1:8787\n',
      out: [
        'NAME         KIND          ENDPOINTS   RULES   REVISION   AGE',
        'broken       -             -           -       1          3m20s',
        'checkout     rules         0           1       1          3m20s',
        'orders       url           1           0       1          3m20s',
        'shop-front   alias         0           0       1          3m20s',
        'users        url,binding   2           0       1          3m20s',
        '',
      ].join('\n'),
    })
  })

  it('adds who, why and where it stands with wide', async () => {
    const { selvedge, admin } = await given()
    admin.write('orders', 'https://new.example', { message: 'moved to\nnew' })
    const { out } = await selvedge('get', 'orders', '-o', 'wide')
    expect(out.split('\n')).toEqual([
      'NAME     KIND   ENDPOINTS   RULES   REVISION   AGE   AUTHOR   MESSAGE        STATE',
      'orders   url    1           0       2          0s    anna     moved to new   published',
      '',
    ])
  })

  it('prints one record that is asked for by itself, and several as a list', async () => {
    const { selvedge } = await given()
    const one = JSON.parse((await selvedge('get', 'orders', '--output', 'json')).out)
    expect(one).toMatchObject({ name: 'orders', record: 'https://orders.example', revision: 1 })
    const two = JSON.parse((await selvedge('get', 'orders', 'users', '--output', 'json')).out)
    expect(two).toMatchObject([{ name: 'orders' }, { name: 'users' }])
    const prefixed = JSON.parse((await selvedge('get', 'shop*', '--output', 'json')).out)
    expect(prefixed).toMatchObject([{ name: 'shop-front' }])
  })

  it('says what is not there, and what may have been meant', async () => {
    const { selvedge } = await given()
    const { code, out, err } = await selvedge('get', 'chekout', 'users')
    expect(code).toBe(1)
    expect(out).toContain('users')
    expect(err).toContain('selvedge: There is no record of "chekout". Did you mean checkout?\n')
  })

  it('says on stderr that there is nothing', async () => {
    const clock = virtualClock()
    const selvedge = command({ clock, clientOf: () => adminFake(clock) })
    expect(await selvedge('get')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('There are no records.'),
    })
    expect(await selvedge('get', 'x*')).toMatchObject({
      code: 0,
      err: expect.stringContaining('No record is called x*.'),
    })
  })

  it('reads all pages, in the order of the names', async () => {
    const clock = virtualClock()
    const names = Array.from({ length: 2_345 }, (_, index) => `s${String(index).padStart(5, '0')}`)
    const admin = adminFake(clock, Object.fromEntries(names.map((name) => [name, 'https://a.example'])))
    const { out } = await command({ clock, clientOf: () => admin })('get')
    expect(
      out
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(names)
  })
})
