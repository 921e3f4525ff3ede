import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'

// No timer brings a module: the clock of a test would stand still for it.
beforeAll(() =>
  Promise.all([import('../../../src/cli/commands/wait.ts'), import('../../../src/cli/commands/apply.ts')]),
)

/** A place that shows what was written as many milliseconds ago as it lags, and goes by the revision before until then. */
interface Emulated {
  readonly lagMs: number
  readonly location?: string
  readonly isolate?: string
}

/** A mesh at several addresses, as far as its health goes. One of those that answer at an address does, by turns. */
function meshes(clock: VirtualClock, at: Readonly<Record<string, readonly Emulated[]>>): typeof fetch {
  const startedAt = clock.now()
  let turn = 0
  return async (input, init) => {
    const { origin, pathname, searchParams } = new URL(String(input))
    const places = at[origin]
    if (!places) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    expect(pathname).toBe('/-/healthz')
    const headers = new Headers(init?.headers)
    const name = searchParams.get('service') ?? ''
    const isBelieved = headers.get('selvedge-grant')?.split(' ').includes(name) && headers.has('selvedge-revision')
    if (!isBelieved) return Response.json({ status: 'ok', version: '0' })
    turn += 1
    const { lagMs, location, isolate = 'one' } = places[turn % places.length] as Emulated
    const revision = clock.now() - startedAt >= lagMs ? '2' : '1'
    return Response.json({ status: 'ok', service: name, isolate, location, revisions: [{ name, revision }] })
  }
}

const LOCAL = 'http://127.0.0.1:8787'

function given(at: Readonly<Record<string, readonly Emulated[]>>) {
  const clock = virtualClock()
  const admin = adminFake(clock, { users: 'https://a.example', orders: 'https://o.example' })
  admin.write('users', 'https://b.example')
  const selvedge = command({ clock, clientOf: () => admin, fetch: meshes(clock, at) })
  return { clock, admin, wait: (...argv: string[]) => clock.run(selvedge('wait', ...argv)) }
}

describe('selvedge wait', () => {
  it('ends when the revision is what answers, and says what was seen and from where', async () => {
    const { wait } = given({ [LOCAL]: [{ lagMs: 7_000, location: 'FRA', isolate: 'f1' }] })
    expect(await wait('users')).toEqual({
      code: 0,
      out: 'NAME    REVISION   LOCATION   ISOLATES   ANSWERS\nusers   2          FRA        1          10\n',
      err: 'target local http://127.0.0.1:8787\nWhat answered goes by it: 1 isolate, in FRA, after 7 s. Of others nothing is known.\n',
    })
  })

  it('waits for the isolate that lags, though another one is live', async () => {
    const { wait } = given({
      [LOCAL]: [
        { lagMs: 0, location: 'FRA', isolate: 'quick' },
        { lagMs: 30_000, location: 'FRA', isolate: 'slow' },
      ],
    })
    const { code, err } = await wait('2')
    expect([code, err]).toEqual([0, expect.stringMatching(/2 isolates, in FRA, after 3\d s\./)])
  })

  it('names what lags when the time is up, by what it goes', async () => {
    const { wait } = given({
      [LOCAL]: [{ lagMs: 0, location: 'FRA', isolate: 'f1' }],
      'https://ams.example': [{ lagMs: 60_000, location: 'AMS', isolate: 'a1' }],
    })
    const { code, out, err } = await wait('users', '--probe', 'https://ams.example/', '--timeout', '20s')
    expect(code).toBe(1)
    expect(err).toContain('selvedge: It is not live everywhere that answered, after 20 s.\n')
    expect(err).toContain('selvedge: users: isolate a1 in AMS goes by revision 1, not revision 2.\n')
    expect(err).not.toContain('f1')
    expect(out).toContain('users   1          AMS')
  })

  it('names exactly the laggards, under any lag of up to 90 s at each location', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 100 }),
        async (lags, timeoutS) => {
          const at = Object.fromEntries(
            lags.map((lagMs, index) => [
              `https://l${index}.example`,
              [{ lagMs, location: `L${index}`, isolate: `i${index}` }],
            ]),
          )
          const { wait } = given({ [LOCAL]: [{ lagMs: 0, location: 'HERE', isolate: 'here' }], ...at })
          const { code, err } = await wait('users', '--timeout', `${timeoutS}s`, '--probe', ...Object.keys(at))
          const named = [...err.matchAll(/isolate i(\d+) in L\1 goes by revision 1/g)].map(([, index]) => Number(index))
          const late = lags.flatMap((lagMs, index) => (lagMs > timeoutS * 1_000 ? [index] : []))
          expect(named).toEqual(late)
          if (late.length > 0) expect(code).toBe(1)
          // The last second is too short for three answers in a row.
          else if (Math.max(...lags) <= timeoutS * 1_000 - 1_500) expect(code).toBe(0)
        },
      ),
      { numRuns: 60, seed: 14 },
    )
  })

  it('waits for KV first, and says what it does not hold', async () => {
    const { wait, admin } = given({ [LOCAL]: [{ lagMs: 0 }] })
    admin.waiting = () => 1
    const { code, err } = await wait('users', '--timeout', '5s')
    expect([code, err]).toEqual([1, expect.stringContaining('KV does not hold 1 name yet.')])
  })

  it('takes a record that was adopted as it stands for what it is', async () => {
    const clock = virtualClock()
    const admin = adminFake(clock, { users: 'https://a.example' })
    const answer = { isolate: 'one', revisions: [{ name: 'users', revision: 'unknown' }] }
    const selvedge = command({ clock, clientOf: () => admin, fetch: async () => Response.json(answer) })
    expect((await clock.run(selvedge('wait', 'users'))).code).toBe(0)
    admin.write('users', 'https://b.example')
    const { code, err } = await clock.run(selvedge('wait', 'users', '--timeout', '3s'))
    expect([code, err]).toEqual([1, expect.stringContaining('goes by a record without a revision, not revision 2.')])
  })

  it('waits until a record that was deleted is gone', async () => {
    const clock = virtualClock()
    const admin = adminFake(clock, { 'a.shop': 'https://a.example' })
    admin.write('a.shop', null)
    // The wildcard takes its place.
    const answer = { isolate: 'one', revisions: [{ name: '*.shop', revision: '1' }] }
    const selvedge = command({ clock, clientOf: () => admin, fetch: async () => Response.json(answer) })
    expect(await clock.run(selvedge('wait', 'a.shop'))).toMatchObject({ code: 0, out: expect.stringContaining('none') })
  })

  it('says that a name of the revision was written again, and waits for the others', async () => {
    const { admin, wait } = given({ [LOCAL]: [{ lagMs: 0 }] })
    admin.write('orders', 'https://p.example')
    const { code, err } = await wait('1')
    expect([code, err]).toEqual([1, expect.stringContaining('No name is at revision 1 any more')])
  })

  it.each([
    [
      'what is no mesh',
      async () => new Response('<html>'),
      'http://127.0.0.1:8787 is no mesh: /-/healthz answered 200.',
    ],
    [
      'a mesh that does not believe the grant',
      async () => Response.json({ status: 'ok' }),
      'need the same MESH_GRANT_KEY.',
    ],
  ])('ends at once at %s', async (_, fetch, reason) => {
    const clock = virtualClock()
    const admin = adminFake(clock, { users: 'https://a.example' })
    const ran = await command({ clock, clientOf: () => admin, fetch })('wait', 'users')
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(reason)])
  })

  it.each([
    [['9'], 1, 'There is no revision 9.'],
    [['user'], 1, 'Did you mean users?'],
    [['users', '--timeout', '2 minutes'], 2, 'It is a duration such as "250ms", "2s" or "1m30s".'],
    [[], 2, "missing required argument 'revision|name'"],
  ])('answers %j with exit code %i and a reason', async (argv, code, reason) => {
    const { wait } = given({ [LOCAL]: [{ lagMs: 0 }] })
    expect(await wait(...argv)).toMatchObject({ code, err: expect.stringContaining(reason) })
  })

  it('goes on while a probe does not answer, and says so in the end', async () => {
    const { wait } = given({ [LOCAL]: [{ lagMs: 0 }] })
    const { code, err } = await wait('users', '--probe', 'https://down.example', '--timeout', '5s')
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('https://down.example does not answer: connect ECONNREFUSED'),
    ])
  })

  it('is asked of apply by --wait, or by saying how long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
    const file = join(folder, 'registry.json')
    writeFileSync(file, JSON.stringify({ users: 'https://c.example' }))
    for (const [argv, isWaiting] of [
      [['--wait'], true],
      [['--timeout', '30s'], true],
      [['--wait', '--dry-run'], false],
      [[], false],
    ] as const) {
      const clock = virtualClock()
      const admin = adminFake(clock, { users: 'https://a.example' })
      const selvedge = command({ clock, clientOf: () => admin, fetch: meshes(clock, { [LOCAL]: [{ lagMs: 4_000 }] }) })
      const { code, err } = await clock.run(selvedge('apply', '-f', file, ...argv))
      expect([code, err.includes('What answered goes by it: 1 isolate, after 4 s.')]).toEqual([0, isWaiting])
    }
    rmSync(folder, { recursive: true, force: true })
  })
})
