import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SimulationView } from '../../../src/admin/client.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'
import { givenMove, givenService, givenSimulation, LOST } from '../../support/given-simulation.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function given(simulation?: SimulationView, records: object = { users: 'https://b.example' }) {
  const clock = virtualClock()
  const admin = adminFake(clock, { users: 'https://a.example', same: 'https://s.example' })
  if (simulation) admin.simulation = simulation
  const selvedge = command({ clock, clientOf: () => admin })
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'registry.json')
  writeFileSync(path, JSON.stringify(records))
  return { admin, simulate: (...argv: string[]) => selvedge('simulate', '-f', path, ...argv) }
}

const target = 'target local http://127.0.0.1:8787\n'

describe('selvedge simulate', () => {
  it('prints who would move and who would break, and ends with 1 where anybody would', async () => {
    const { simulate } = given(
      givenSimulation([
        givenService([givenMove(), givenMove(LOST)], { unknown: 5, untold: { 'header authorization': 5 } }),
      ]),
    )
    const { code, out, err } = await simulate()
    expect(out).toBe(`SERVICE   WOULD     REQUESTS   SHARE   FROM                       TO
users     move      30         30 %    users: https://a.example   rules[0] > v2: https://b.example
users     break     12         12 %    users: https://a.example   404 route_not_found
users     unknown   5          5 %     -                          hangs on header authorization
100 requests of 1 shape: 30 would move, 12 break, 0 be mended; 5 unknown.
`)
    expect(err).toBe(`${target}selvedge: More than 0 % would break of users (12 %).\n`)
    expect(code).toBe(1)
  })

  it('shows an example of each with --output wide', async () => {
    const { simulate } = given(givenSimulation([givenService([givenMove()])]))
    const { code, out } = await simulate('--output', 'wide')
    expect(out).toContain('EXAMPLE')
    expect(out).toContain('GET /a')
    expect(code).toBe(0)
  })

  it.each([
    ['11', 1],
    ['12', 0],
    ['12.5%', 0],
    ['100', 0],
  ])('with --threshold %s ends with %s where 12 %% would break', async (threshold, code) => {
    const { simulate } = given(givenSimulation([givenService([givenMove(LOST)])]))
    expect((await simulate('--threshold', threshold)).code).toBe(code)
  })

  it('judges each service by itself: a small one is not outweighed', async () => {
    const large = givenService([], { name: 'large', requests: 1_000_000 })
    const small = givenService([givenMove({ ...LOST, requests: 1, percent: 50 })], { name: 'small', requests: 2 })
    const { code, err } = await given(givenSimulation([large, small])).simulate('--threshold', '10')
    expect(code).toBe(1)
    expect(err).toContain('More than 10 % would break of small (50 %).')
  })

  it.each(['-1', '101', 'some', ''])('refuses --threshold "%s"', async (threshold) => {
    expect((await given().simulate(`--threshold=${threshold}`)).code).toBe(2)
  })

  it('asks for what changes alone, deletions too, and for the window that it was given', async () => {
    const { simulate, admin } = given(undefined, { users: 'https://b.example', same: 'https://s.example' })
    expect((await simulate('--window', '1h')).code).toBe(0)
    expect(admin.simulated).toEqual([{ changes: [{ name: 'users', record: 'https://b.example' }], window: '1h' }])
    expect((await simulate('--window', 'soon')).code).toBe(2)
  })

  it('asks nothing where the records stand there already', async () => {
    const { simulate, admin } = given(undefined, { same: 'https://s.example' })
    expect(await simulate()).toEqual({
      code: 0,
      out: '',
      err: `${target}These records stand there already: nothing would change.\n`,
    })
    expect(admin.simulated).toEqual([])
  })

  it('says that nothing can be said, where nothing is recorded', async () => {
    const { simulate } = given({ ...givenSimulation([]), recordedSince: null })
    const { code, err } = await simulate()
    expect(code).toBe(0)
    expect(err).toContain('No requests are recorded: nothing can be said')
  })

  it('says that nobody would go elsewhere', async () => {
    const { err, code } = await given(givenSimulation([givenService([])])).simulate()
    expect(err).toContain('No request would go elsewhere.')
    expect(code).toBe(0)
  })

  it('prints all of it as JSON', async () => {
    const simulation = givenSimulation([givenService([givenMove()])])
    const { out, code } = await given(simulation).simulate('--output', 'json')
    expect(JSON.parse(out)).toEqual(simulation)
    expect(code).toBe(0)
  })
})
