/** `selvedge apply` asks before it breaks what was served. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdminError, type SimulationView } from '../../../src/admin/client.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'
import { givenMove, givenService, givenSimulation, LOST } from '../../support/given-simulation.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function given(simulation: SimulationView | Error, answer?: boolean) {
  const clock = virtualClock()
  const admin = adminFake(clock, { users: 'https://a.example' })
  admin.simulation = simulation
  const questions: string[] = []
  const confirm = async (question: string) => {
    questions.push(question)
    return answer === true
  }
  const selvedge = command({ clock, clientOf: () => admin, ...(answer === undefined ? {} : { confirm }) })
  const path = join(folder, 'registry.json')
  writeFileSync(path, JSON.stringify({ users: 'https://b.example' }))
  return { admin, questions, apply: (...argv: string[]) => selvedge('apply', '-f', path, ...argv) }
}

const breaking = givenSimulation([givenService([givenMove(), givenMove(LOST)])])
const LINE =
  'would break users: 12 of 100 requests (12 %) from users: https://a.example to 404 route_not_found, as GET /b\n'

describe('selvedge apply', () => {
  it('asks what its changes would do to requests of the last hour', async () => {
    const { apply, admin } = given(givenSimulation([]))
    expect((await apply()).code).toBe(0)
    expect(admin.simulated).toEqual([{ changes: [{ name: 'users', record: 'https://b.example' }], window: '1h' }])
    expect(admin.asked.length).toBe(1)
  })

  it('refuses to break what was served, where nobody can be asked', async () => {
    const { apply, admin } = given(breaking)
    const { code, out, err } = await apply()
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toContain(LINE)
    expect(err).toContain(
      '12 requests of the last hour would be led nowhere. Nothing was sent. --force writes it all the same.',
    )
    expect(admin.asked).toEqual([])
  })

  it('writes it with --force, and asks nothing', async () => {
    const { apply, admin } = given(breaking)
    expect((await apply('--force')).code).toBe(0)
    expect(admin.simulated).toEqual([])
    expect(admin.asked.length).toBe(1)
  })

  it('asks the person at the terminal, and does as it is told', async () => {
    const yes = given(breaking, true)
    expect((await yes.apply()).code).toBe(0)
    expect(yes.questions).toEqual(['12 requests of the last hour would be led nowhere. Write it all the same? [y/N] '])
    expect(yes.admin.asked.length).toBe(1)
    const no = given(breaking, false)
    const { code, err } = await no.apply()
    expect([code, no.admin.asked]).toEqual([1, []])
    expect(err).toContain('Nothing was sent.')
  })

  it('counts one request as one', async () => {
    const one = givenMove({ ...LOST, requests: 1, percent: 100 })
    const { err } = await given(givenSimulation([givenService([one], { requests: 1 })])).apply()
    expect(err).toContain('would break users: 1 of 1 request (100 %)')
    expect(err).toContain('1 request of the last hour would be led nowhere.')
  })

  it('asks nobody where requests would move and none would break', async () => {
    const { apply, admin, questions } = given(givenSimulation([givenService([givenMove()])]), false)
    expect((await apply()).code).toBe(0)
    expect(questions).toEqual([])
    expect(admin.asked.length).toBe(1)
  })

  it('tells with --dry-run what would break, and asks nothing', async () => {
    const { apply, questions } = given(breaking, false)
    const { code, err } = await apply('--dry-run')
    expect(code).toBe(0)
    expect(err).toContain(LINE)
    expect(questions).toEqual([])
  })

  it('says so and goes on where no requests are recorded', async () => {
    const { apply, admin } = given({ ...givenSimulation([]), recordedSince: null })
    const { code, err } = await apply()
    expect(code).toBe(0)
    expect(err).toContain('No requests are recorded, so nobody knows what this might break')
    expect(admin.asked.length).toBe(1)
  })

  it('says so and goes on where a control plane cannot simulate', async () => {
    const problem = { title: 'Not found', status: 404, detail: 'Nothing stands under /-/api/v1/simulate.' }
    const { apply, admin } = given(new AdminError(problem))
    const { code, err } = await apply()
    expect(code).toBe(0)
    expect(err).toContain('could not be found out: Nothing stands under')
    expect(admin.asked.length).toBe(1)
  })

  it('does not go on where its token is not known', async () => {
    const { apply, admin } = given(new AdminError({ title: 'Unauthorized', status: 401, detail: 'Who are you?' }))
    expect((await apply()).code).not.toBe(0)
    expect(admin.asked).toEqual([])
  })

  it('lists five moves of a service, and says that there are more', async () => {
    const moves = Array.from({ length: 8 }, (_, index) =>
      givenMove({ ...LOST, example: { method: 'GET', path: `/${index}` } }),
    )
    const { err } = await given(givenSimulation([givenService(moves)])).apply()
    expect(err.match(/would break users: 12 of/g)?.length).toBe(5)
    expect(err).toContain('would break users: 3 more (selvedge simulate lists them)')
  })
})

describe('a record that locks callers out', () => {
  const served = async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    await admin.client.put('users', { endpoints: ['https://a.example'] }, { ifNoneMatch: '*' })
    const shape = { service: 'users', method: 'GET', path: '/a', headers: [], queries: [], values: {} }
    const shapes = ['checkout', 'reports', 'cron', undefined].map((caller) => ({
      ...shape,
      class: 'default' as const,
      ...(caller !== undefined && { caller }),
    }))
    admin.stats.digest({ isolate: 'one', sequence: 1, shapes: { share: 1, drawn: shapes.length, shapes } })
    const selvedge = command({ clock: admin.clock, clientOf: () => admin.client })
    const apply = (access: object, ...argv: string[]) => {
      const path = join(folder, 'registry.json')
      writeFileSync(path, JSON.stringify({ users: { endpoints: ['https://a.example'], access } }))
      return selvedge('apply', '-f', path, ...argv)
    }
    return { admin, apply }
  }
  const known = { name: 'known', effect: 'allow', callers: ['checkout'] }

  it('is not written: whom it would deny is named', async () => {
    const { admin, apply } = await served()
    const { code, err } = await apply({ default: 'deny', rules: [known] })
    expect(code).toBe(1)
    expect(err).toContain('to 403 caller_denied for cron, reports, as GET /a')
    expect(err).toContain('to 401 caller_unknown for callers without a name, as GET /a')
    expect((await admin.client.get('users'))?.record).not.toHaveProperty('access')
  })

  it('is written in audit, and with --force', async () => {
    const { admin, apply } = await served()
    expect((await apply({ default: 'deny', mode: 'audit', rules: [known] })).code).toBe(0)
    expect((await apply({ default: 'deny', rules: [known] }, '--force')).code).toBe(0)
    expect((await admin.client.get('users'))?.record).toMatchObject({ access: { default: 'deny' } })
  })
})
