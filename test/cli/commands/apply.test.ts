import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function given(records: Parameters<typeof adminFake>[1] = {}) {
  const clock = virtualClock()
  const admin = adminFake(clock, records)
  const selvedge = command({ clock, clientOf: () => admin })
  return { clock, admin, selvedge, apply: (...argv: string[]) => selvedge('apply', ...argv) }
}

/** Puts records into a file. */
function file(records: unknown, name = 'registry.json'): string {
  const path = join(folder, name)
  writeFileSync(path, typeof records === 'string' ? records : JSON.stringify(records))
  return path
}

describe('selvedge apply', () => {
  it('says of each record what was done with it, and does nothing the second time', async () => {
    const { apply } = given({ users: 'https://a.example', orders: 'https://o.example' })
    const path = file({
      users: 'https://b.example',
      orders: 'https://o.example',
      cart: { endpoints: ['https://c.example'] },
    })
    expect(await apply('-f', path)).toEqual({
      code: 0,
      err: 'target local http://127.0.0.1:8787\n',
      out: 'orders unchanged\nusers configured\ncart created\n3 records: 1 configured, 1 unchanged, 1 created, revision 2.\n',
    })
    expect((await apply('-f', path)).out).toBe(
      'users unchanged\norders unchanged\ncart unchanged\n3 records: 3 unchanged.\n',
    )
  })

  it('writes on the condition that what was seen still stands, with why and who', async () => {
    const { apply, admin } = given({ users: 'https://a.example' })
    await apply(
      '-f',
      file({ users: 'https://b.example', cart: 'https://c.example' }),
      '-m',
      'two regions',
      '--author',
      'anna',
    )
    expect(admin.asked).toEqual([
      {
        changes: [
          { name: 'users', record: 'https://b.example', ifMatch: 1 },
          { name: 'cart', record: 'https://c.example', ifNoneMatch: '*' },
        ],
        how: { message: 'two regions', author: 'anna' },
      },
    ])
  })

  it('takes a record that is written in another order of its fields for the same', async () => {
    const { apply, admin } = given({ users: { endpoints: ['https://a.example'], timeouts: { request: '2s' } } })
    const { out } = await apply(
      '-f',
      file({ users: { timeouts: { request: '2s' }, endpoints: ['https://a.example'] } }),
    )
    expect(out).toContain('users unchanged')
    expect(admin.asked).toEqual([])
  })

  it('writes nothing with --dry-run, and says what it would', async () => {
    const { apply, admin } = given({ users: 'https://a.example' })
    const { out } = await apply('-f', file({ users: 'https://b.example' }), '--dry-run')
    expect(out).toBe('users configured (dry run)\n1 record: 1 configured (dry run).\n')
    expect(await admin.get('users')).toMatchObject({ record: 'https://a.example', revision: 1 })
  })

  it('reads folders, manifests and what get prints', async () => {
    const { apply, selvedge, admin } = given({ users: 'https://a.example' })
    mkdirSync(join(folder, 'all'))
    file({ orders: 'https://o.example' }, 'all/orders.json')
    file((await selvedge('get', 'users', '-o', 'yaml')).out.replace('a.example', 'b.example'), 'all/users.yaml')
    const route = [
      'apiVersion: gateway.networking.k8s.io/v1',
      'kind: HTTPRoute',
      'metadata: { name: shop }',
      'spec:',
      '  hostnames: [shop.example]',
      '  rules: [{ backendRefs: [{ name: users, port: 80 }] }]',
    ]
    file(route.join('\n'), 'all/shop.yaml')
    const { code, out } = await apply('-f', join(folder, 'all'))
    expect([code, out]).toEqual([0, expect.stringContaining('3 records: 2 created, 1 configured, revision 2.')])
    expect(await admin.get('users')).toMatchObject({ record: 'https://b.example' })
    expect(await admin.get('shop.example')).toMatchObject({ record: { rules: [{}] } })
  })

  it('applies nothing where something is wrong, and says where', async () => {
    const { apply, admin } = given()
    const { code, out, err } = await apply(
      '-f',
      file('users: https://a.example\ncart:\n  endpoints: [{ url: 7 }]\n', 'r.yaml'),
    )
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/r\.yaml:3: error: /)
    expect(err).toContain('1 thing is wrong. Nothing was sent.')
    expect(admin.asked).toEqual([])
  })

  it('refuses a name that stands in two files', async () => {
    const { apply } = given()
    const [one, other] = [
      file({ users: 'https://a.example' }, 'a.json'),
      file({ users: 'https://b.example' }, 'b.json'),
    ]
    const { code, err } = await apply('-f', one, other)
    expect([code, err]).toEqual([1, expect.stringContaining(`b.json:1: "users" stands in ${one}:1, too.`)])
  })

  it('tells of each record that was refused, and writes the others', async () => {
    const { apply, admin } = given({ users: 'https://a.example', orders: 'https://o.example' })
    admin.before = () => {
      admin.before = () => {}
      admin.write('users', 'https://anna.example')
    }
    const { code, out, err } = await apply('-f', file({ users: 'https://b.example', orders: 'https://p.example' }))
    expect(code).toBe(1)
    expect(out).toBe('orders configured\n1 record: 1 configured, revision 3.\n')
    expect(err).toContain(
      'refused users: was changed meanwhile by anna, and is at revision 2: look at it with selvedge diff',
    )
    expect(err).toContain('selvedge: 1 of 2 records was refused.')
    expect(await admin.get('users')).toMatchObject({ record: 'https://anna.example' })
  })

  it('tells what the API finds wrong, by name', async () => {
    const { apply, admin } = given()
    admin.before = (changes) => {
      if (!changes.some(({ name }) => name === 'cart')) return
      const issues = [{ name: 'cart', path: ['endpoints', 0], message: 'Nobody is there.' }]
      throw new AdminError({ title: '', status: 422, code: 'invalid', detail: 'It cannot be written.', issues })
    }
    const { code, err } = await apply('-f', file({ cart: 'https://c.example', users: 'https://u.example' }))
    expect([code, err]).toEqual([1, expect.stringContaining('refused cart: endpoints.0: Nobody is there.')])
    expect(await admin.get('users')).toBeDefined()
  })

  describe('with many records', () => {
    const many = Object.fromEntries(
      Array.from({ length: 3_500 }, (_, index) => [`s${index}`, `https://${index}.example`]),
    )

    it('writes a thousand at once, says how far it is, and goes on where it was interrupted', async () => {
      const { clock, admin } = given()
      const run = command({ clock, clientOf: () => admin, isErrSeen: true })
      admin.before = () => {
        if (admin.asked.length === 3) throw new TypeError('fetch failed')
      }
      const path = file(many)
      const cut = await run('apply', '-f', path)
      expect(cut.code).toBe(2)
      expect(cut.err).toContain('1000 of 3500 records are written …')
      expect(cut.err).toContain('2000 of 3500 records were written before that. Apply again: it goes on from there.')
      admin.before = () => {}
      admin.asked.length = 0
      const rest = await run('apply', '-f', path)
      expect(rest.code).toBe(0)
      expect(rest.out).toContain('3500 records: 2000 unchanged, 1500 created, revision 4 to 5.')
      expect(admin.asked.map(({ changes }) => changes.length)).toEqual([1_000, 500])
    })

    it('says at Ctrl-C what was written, and that it can be applied again', async () => {
      const { clock, admin } = given()
      let press: () => void = () => {}
      let isHeard = false
      const onInterrupt = (told: () => void) => {
        press = told
        isHeard = true
        return () => {
          isHeard = false
        }
      }
      const run = command({ clock, clientOf: () => admin, onInterrupt })
      admin.before = () => {
        expect(isHeard).toBe(true)
        if (admin.asked.length === 3) press()
      }
      const { err } = await run('apply', '-f', file(many))
      expect(err).toContain('Interrupted: 2000 of 3500 records were written, and perhaps some more. Apply again:')
      expect(isHeard).toBe(false)
    })

    it('sends no transaction that is larger than the API takes', async () => {
      const { apply, admin } = given()
      const big = (index: number) => ({
        endpoints: Array.from({ length: 60 }, (_, other) => `https://a.example/${'x'.repeat(120)}/${index}/${other}`),
      })
      const paths = [0, 1, 2, 3, 4, 5].map((part) =>
        file(
          Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`b${part}-${index}`, big(index)])),
          `${part}.json`,
        ),
      )
      expect((await apply('-f', ...paths)).code).toBe(0)
      const sizes = admin.asked.map(({ changes }) => Buffer.byteLength(JSON.stringify({ changes })))
      expect(sizes.length).toBeGreaterThan(1)
      for (const size of sizes) expect(size).toBeLessThan(4 * 1024 * 1024)
    })
  })

  describe('--prune', () => {
    it('takes away what was applied with the label and is not in the files, and nothing else', async () => {
      const { apply, admin } = given({ legacy: 'https://l.example' })
      await apply(
        '-f',
        file({ users: 'https://u.example', cart: 'https://c.example' }),
        '-l',
        'shop',
        '-m',
        'all of it',
      )
      await apply('-f', file({ pay: 'https://p.example' }), '-l', 'bank')
      expect(await admin.get('users')).toMatchObject({ message: 'all of it [label:shop]' })
      const { out } = await apply('-f', file({ users: 'https://u.example' }), '--prune', '-l', 'shop')
      expect(out).toBe('users unchanged\ncart pruned\n2 records: 1 unchanged, 1 pruned, revision 4.\n')
      expect((await admin.list()).items.map(({ name }) => name)).toEqual(['legacy', 'pay', 'users'])
    })

    it('leaves what somebody has written since, without the label', async () => {
      const { apply, admin } = given()
      await apply('-f', file({ users: 'https://u.example', cart: 'https://c.example' }), '-l', 'shop')
      admin.write('cart', 'https://anna.example', { message: 'by hand' })
      expect((await apply('-f', file({ users: 'https://u.example' }), '--prune', '-l', 'shop')).out).not.toContain(
        'pruned',
      )
      expect(await admin.get('cart')).toBeDefined()
    })

    it.each([
      [['--prune'], '--prune needs --selector LABEL'],
      [['--prune', '-l', 'two words'], 'It is up to 63 letters'],
    ])('is refused with %j', async (argv, reason) => {
      const { apply, admin } = given()
      expect(await apply('-f', file({ users: 'https://u.example' }), ...argv)).toMatchObject({
        code: 2,
        err: expect.stringContaining(reason),
      })
      expect(admin.asked).toEqual([])
    })
  })

  it('prints what it did as JSON for programs', async () => {
    const { apply } = given({ users: 'https://a.example' })
    const { out } = await apply(
      '-f',
      file({ users: 'https://b.example', cart: 'https://c.example' }),
      '--output',
      'json',
    )
    expect(JSON.parse(out)).toEqual({
      revisions: [2],
      records: [
        { name: 'users', act: 'configured' },
        { name: 'cart', act: 'created' },
      ],
    })
  })
})

describe('selvedge diff', () => {
  it('shows what would change, field by field, and exits with 1', async () => {
    const { selvedge, admin, clock } = given({
      users: { endpoints: ['https://a.example'], timeouts: { request: '2s' } },
      orders: 'https://o.example',
    })
    await clock.advance(7_200_000)
    admin.write('orders', 'https://p.example')
    const path = file({
      users: { endpoints: ['https://b.example'] },
      orders: 'https://o.example',
      cart: { alias: 'users' },
    })
    expect(await selvedge('diff', '-f', path)).toEqual({
      code: 1,
      out: [
        'users   revision 1, 120m ago',
        '- /endpoints/0 "https://a.example"',
        '+ /endpoints/0 "https://b.example"',
        '- /timeouts {"request":"2s"}',
        'orders   revision 2 by anna, 0s ago',
        '- "https://p.example"',
        '+ "https://o.example"',
        'cart   is new',
        '+ /alias "users"',
        '',
      ].join('\n'),
      err: 'target local http://127.0.0.1:8787\nselvedge: 3 of 3 records differ.\n',
    })
  })

  it('colours what goes and what comes on a terminal, unless told not to', async () => {
    const { admin, clock } = given({ users: 'https://a.example' })
    const path = file({ users: 'https://b.example' })
    const out = async (env: Record<string, string>, ...argv: string[]) =>
      (await command({ clock, clientOf: () => admin, isOutSeen: true, env })('diff', '-f', path, ...argv)).out
    expect(await out({})).toContain(
      '\u001b[31m- "https://a.example"\u001b[0m\n\u001b[32m+ "https://b.example"\u001b[0m\n',
    )
    for (const plain of [await out({ NO_COLOR: '1' }), await out({ TERM: 'dumb' }), await out({}, '--no-color')]) {
      expect(plain).not.toContain('\u001b')
    }
  })

  it('exits with 0 where nothing would change', async () => {
    const { selvedge } = given({ users: 'https://a.example' })
    expect(await selvedge('diff', '-f', file({ users: 'https://a.example' }))).toMatchObject({ code: 0, out: '' })
  })

  it('exits with 2 where it cannot be said', async () => {
    const { selvedge } = given()
    expect((await selvedge('diff', '-f', file({ users: { endpoints: [7] } }))).code).toBe(2)
    expect((await selvedge('diff', '-f', join(folder, 'nothing.yaml'))).code).toBe(2)
    expect((await selvedge('diff')).code).toBe(2)
  })

  it('shows what --prune would take away', async () => {
    const { selvedge } = given()
    await selvedge('apply', '-f', file({ users: 'https://u.example', cart: 'https://c.example' }), '-l', 'shop')
    const { code, out } = await selvedge('diff', '-f', file({ users: 'https://u.example' }), '--prune', '-l', 'shop')
    expect([code, out]).toEqual([1, 'cart   revision 2 by ci, 0s ago; goes\n- "https://c.example"\n'])
  })
})
