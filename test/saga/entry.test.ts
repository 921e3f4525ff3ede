import { describe, expect, it } from 'vitest'
import { sagas } from '../../src/saga/elsewhere.ts'
import type { PlatformStep } from '../../src/saga/entry.ts'
import { saga } from '../../src/saga/saga.ts'

const pay = (version: number) =>
  saga('pay', { version }).step('charge', ({ call }) => call(`http://payments/${version}`, { method: 'POST' }))

/** A step of Workflows, without its memory: what it was configured with is kept. */
function platformStep() {
  const configured: { name: string; limit: number; timeout: number; waits: number[] }[] = []
  const step: PlatformStep = {
    async do(name, { retries: { limit, delay }, timeout }, work) {
      const waits = [1, 2, 3, 20].map((attempt) => delay({ ctx: { attempt } }))
      configured.push({ name, limit, timeout, waits })
      return work({ attempt: 1 })
    },
    waitForEvent: async () => ({ payload: 'skip' }),
  }
  return { step, configured }
}

function given() {
  const asked: Request[] = []
  let made = 0
  const Sagas = sagas([pay(1), pay(3), pay(2)], {
    mesh: (_env: object) => {
      made += 1
      return {
        fetch: async (input, init) => {
          asked.push(new Request(input, init))
          return Response.json({})
        },
      }
    },
  })
  const env = {}
  const { step, configured } = platformStep()
  const run = (payload: unknown) => new Sagas(undefined, env).run({ payload, instanceId: 'one' }, step)
  return { run, asked, configured, made: () => made }
}

describe('sagas', () => {
  it('runs the newest version, or the one that it is started with, by one mesh for its environment', async () => {
    const { run, asked, made } = given()
    expect(await run({ saga: 'pay' })).toEqual({ outcome: 'completed' })
    expect(await run({ saga: 'pay', version: 1 })).toEqual({ outcome: 'completed' })
    expect(asked.map(({ url }) => url)).toEqual(['http://payments/3', 'http://payments/1'])
    expect(asked[0]?.headers.get('idempotency-key')).toBe('saga~one~charge')
    expect(asked[0]?.headers.get('selvedge-timeout-ms')).toBe('29000')
    expect(asked[0]?.headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(made()).toBe(1)
  })

  it('gives each step one attempt more than it uses, 30 s each, 1 s apart, doubling up to 5 min', async () => {
    const { run, configured } = given()
    await run({ saga: 'pay' })
    expect(configured.find(({ name }) => name === 'charge')).toEqual({
      name: 'charge',
      limit: 4,
      timeout: 30_000,
      waits: [1000, 2000, 4000, 300_000],
    })
  })

  it.each([[{ saga: 'refund' }], ['nonsense'], [undefined]])(
    'parks what is started with %j, and runs nothing',
    async (payload) => {
      const { run, asked } = given()
      expect(await run(payload)).toMatchObject({ outcome: 'compensation_incomplete', skipped: ['definition'] })
      expect(asked).toEqual([])
    },
  )

  it('refuses to be made without a mesh', () => {
    expect(() => Reflect.apply(sagas, undefined, [[pay(1)]])).toThrow('sagas needs a mesh')
  })

  it('refuses two sagas of one name and version', () => {
    expect(() => sagas([pay(1), pay(1)], { mesh: () => ({ fetch }) })).toThrow(
      'Saga and version pay 1 are there twice.',
    )
  })
})
