import { describe, expect, it } from 'vitest'
import type { SagaTold } from '../../src/core/saga/told.ts'
import { calling } from '../../src/saga/call.ts'
import { run, type Started } from '../../src/saga/run.ts'
import { type Definition, saga } from '../../src/saga/saga.ts'
import { Refused } from '../../src/saga/verdict.ts'
import { memorySteps, testParticipant, testSaga, virtualClock } from '../../src/testing.ts'

const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) })
const undoAt =
  (service: string) =>
  ({ call, undoes }: { call: (url: string, init?: RequestInit) => Promise<Response>; undoes: string }) =>
    call(`http://${service}/${undoes}`, { method: 'DELETE' })

const placeOrder = saga<{ total: number }>('place-order', { deadline: '1h' })
  .step('reserve', ({ call, input }) => call('http://credit/', post(input)), undoAt('credit'))
  .step('pack', ({ call }) => call('http://stock/', post({})), undoAt('stock'))
  .pivot('charge', ({ call, done }) => call('http://payments/', post(done.reserve)))
  .step('ship', ({ call }) => call('http://shipping/', post({})))

const ALL = ['credit', 'stock', 'payments', 'shipping']

function given(answers: Record<string, (request: Request) => Response | Promise<Response>> = {}) {
  const asked: { service: string; key: string | null; method: string; path: string; attempt: string }[] = []
  const services = Object.fromEntries(
    ALL.map((name) => [
      name,
      testParticipant((request) => answers[name]?.(request) ?? Response.json({ id: `${name}-1` })),
    ]),
  )
  const listening = Object.fromEntries(
    Object.entries(services).map(([service, participant]) => [
      service,
      Object.assign(
        (request: Request) => {
          const { headers, method, url } = request
          asked.push({
            service,
            key: headers.get('idempotency-key'),
            method,
            path: new URL(url).pathname,
            attempt: headers.get('traceparent') ?? '',
          })
          return participant(request)
        },
        { effects: participant.effects, counts: participant.counts },
      ),
    ]),
  )
  const test = testSaga(placeOrder, { services: listening })
  const standing = () => ALL.filter((name) => (services[name]?.effects.size ?? 0) > 0)
  return { ...test, asked, services, standing }
}

describe('run', () => {
  it('does every step once, each under a key of its own, in one trace', async () => {
    const { run, asked, standing } = given()
    expect(await run({ total: 10 })).toMatchObject({ outcome: 'completed' })
    expect(asked.map(({ key }) => key)).toEqual([
      'saga~saga-1~reserve',
      'saga~saga-1~pack',
      'saga~saga-1~charge',
      'saga~saga-1~ship',
    ])
    expect(new Set(asked.map(({ attempt }) => attempt.slice(0, 35))).size).toBe(1)
    expect(standing()).toEqual(ALL)
  })

  it('turns back where the pivot is refused: the steps before it are undone, the last first, and not the pivot', async () => {
    const { run, asked, standing } = given({ payments: () => new Response('limit exceeded', { status: 422 }) })
    expect(await run({ total: 10 })).toMatchObject({
      outcome: 'compensated',
      because: 'payments answered 422: limit exceeded',
    })
    expect(asked.slice(3).map(({ key, method, path }) => [method, path, key])).toEqual([
      ['DELETE', '/saga~saga-1~pack', 'saga~saga-1~pack~undo'],
      ['DELETE', '/saga~saga-1~reserve', 'saga~saga-1~reserve~undo'],
    ])
    expect(standing()).toEqual([])
  })

  it('does not undo a step that was refused, and undoes one of which nobody knows', async () => {
    const refused = given({ stock: () => new Response('none left', { status: 404 }) })
    await refused.run({ total: 10 })
    expect(refused.asked.map(({ key }) => key)).not.toContain('saga~saga-1~pack~undo')
    const unknown = given()
    const stock = unknown.services.stock
    // It is done, and its answer is lost; undos are answered.
    unknown.mesh.registry.set('stock', async (request) => {
      const answer = await stock?.(request)
      if (request.method === 'POST') throw new Error('lost')
      return answer ?? new Response()
    })
    expect(await unknown.run({ total: 10 })).toMatchObject({ outcome: 'compensated' })
    expect(stock?.counts.get('saga~saga-1~pack')).toBe(1)
    expect(unknown.standing()).toEqual([])
  })

  it('never gives up at the pivot: its answers are lost a hundred times, and it is done once', async () => {
    const { run, lose, services, standing } = given()
    lose('payments', 100)
    expect(await run({ total: 10 })).toMatchObject({ outcome: 'completed' })
    expect([...(services.payments?.counts.values() ?? [])]).toEqual([1])
    expect(standing()).toEqual(ALL)
  })

  it.each([
    [408, 'completed'],
    [409, 'completed'],
    [425, 'completed'],
    [429, 'completed'],
    [500, 'completed'],
    [503, 'completed'],
    [302, 'compensated'],
    [400, 'compensated'],
    [403, 'compensated'],
    [410, 'compensated'],
    [501, 'compensated'],
  ])('reads %i as queues do', async (status, outcome) => {
    let calls = 0
    const { run } = given({ stock: () => (++calls <= 3 ? new Response('', { status }) : Response.json({})) })
    expect(await run({ total: 10 })).toMatchObject({ outcome })
  })

  it('takes a Refused that a step throws for a refusal, and any other error for one that may pass', async () => {
    let tries = 0
    const pay = saga('pay').step('try', () => {
      tries += 1
      if (tries === 1) throw new Error('not now')
      throw new Refused('never')
    })
    expect(await testSaga(pay, { services: {} }).run()).toMatchObject({ outcome: 'compensated', because: 'never' })
    expect(tries).toBe(2)
  })

  it('is parked where an undo fails for good, and undoes the others whatever is decided', async () => {
    const { services, ...test } = given({
      payments: () => new Response('', { status: 422 }),
    })
    const stock = services.stock
    const broken = (request: Request) =>
      request.method === 'DELETE' ? new Response('', { status: 403 }) : (stock?.(request) ?? new Response())
    test.mesh.registry.set('stock', broken)
    const parked = await test.run({ total: 10 })
    expect(parked).toMatchObject({ outcome: 'parked', at: 'undo pack', because: 'stock answered 403: ' })
    const skipped = await test.run({ total: 10 }, { decisions: ['retry', 'skip'] })
    expect(skipped).toMatchObject({ outcome: 'compensation_incomplete', skipped: ['undo pack'] })
    expect([...(services.credit?.effects ?? [])].filter((key) => key.startsWith('saga~saga-2~'))).toEqual([])
  })

  it('is parked where a step behind the pivot is refused, and goes on as decided', async () => {
    const { run } = given({ shipping: () => new Response('no such address', { status: 422 }) })
    expect(await run({ total: 10 })).toMatchObject({ outcome: 'parked', at: 'ship' })
    expect(await run({ total: 10 }, { decisions: ['skip'] })).toMatchObject({ outcome: 'completed', skipped: ['ship'] })
  })

  it('turns back where it is called off before the pivot, and goes on where that comes later', async () => {
    const early = given()
    expect(await early.run({ total: 10 }, { cancelAt: 'pack' })).toMatchObject({
      outcome: 'compensated',
      because: 'cancelled by a test',
    })
    expect(early.standing()).toEqual([])
    expect(await given().run({ total: 10 }, { cancelAt: 'ship' })).toMatchObject({ outcome: 'completed' })
  })

  it('undoes a step that was tried before it was called off: the attempt may have been it', async () => {
    const { run, standing, asked, crashAt } = given()
    crashAt('within pack')
    let looks = 0
    expect(await run({ total: 10 }, { cancelAt: 'pack', cancelFrom: () => ++looks > 1 })).toMatchObject({
      outcome: 'compensated',
      because: 'cancelled by a test',
    })
    expect(asked.map(({ key }) => key)).toContain('saga~saga-1~pack~undo')
    expect(standing()).toEqual([])
  })

  it('begins no step before the pivot once its deadline has passed', async () => {
    const slow = saga('slow', { deadline: '2s' })
      .step('one', ({ call }) => call('http://stock/', post({})), undoAt('stock'))
      .pivot('two', ({ call }) => call('http://payments/', post({})))
    const test = testSaga(slow, { services: { stock: testParticipant(), payments: testParticipant() } })
    test.down('stock', 9)
    expect(await test.run()).toMatchObject({ outcome: 'compensated', because: 'deadline passed' })
    expect(await test.run()).toMatchObject({ outcome: 'completed' })
  })

  it('waits for an event, also one that came before, and turns back where none comes in time', async () => {
    const approved = saga('approved')
      .step('reserve', ({ call }) => call('http://credit/', post({})), undoAt('credit'))
      .event('approval', { type: 'approved', timeout: '2 days' })
      .pivot('charge', ({ call, done }) => call('http://payments/', post(done.approval)))
    const bodies: unknown[] = []
    const credit = testParticipant()
    const services = {
      credit,
      payments: testParticipant(async (request) => {
        bodies.push(await request.json())
        return Response.json({})
      }),
    }
    const test = testSaga(approved, { services })
    const before = test.mesh.clock.now()
    expect(await test.run({}, { events: { approved: { by: 'jane' } } })).toMatchObject({ outcome: 'completed' })
    expect(bodies).toEqual([{ by: 'jane' }])
    expect(test.mesh.clock.now() - before).toBeLessThan(1000)
    expect(await test.run({})).toMatchObject({
      outcome: 'compensated',
      because: 'No event "approved" came in time.',
    })
    expect(test.mesh.clock.now() - before).toBeGreaterThanOrEqual(2 * 86_400_000)
    expect([...credit.effects]).toEqual(['saga~saga-1~reserve'])
    expect(
      await test.run({}, { events: { approved: null }, cancelAt: 'approval', cancelFrom: (look) => look > 1 }),
    ).toMatchObject({ outcome: 'compensated', because: 'cancelled by a test' })
  })

  it('answers a late request for a step that was undone with a tombstone: nothing is done', async () => {
    const { run, standing, mesh, services } = given()
    const answers: number[] = []
    mesh.registry.set('stock', async (request) => {
      const answer = async () => (await services.stock?.(request.clone())) ?? new Response()
      if (request.method === 'DELETE') return answer()
      mesh.clock.after(86_400_000, () => void answer().then(({ status }) => answers.push(status)))
      throw new Error('late')
    })
    expect(await run({ total: 10 })).toMatchObject({ outcome: 'compensated' })
    await mesh.clock.advance(2 * 86_400_000)
    expect(answers.length).toBeGreaterThan(3)
    expect(new Set(answers)).toEqual(new Set([410]))
    expect([...(services.stock?.counts.values() ?? [])]).toEqual([])
    expect(standing()).toEqual([])
  })
})

/** One journal, and code that changes beneath it: the machine dies once, after the first step, and starts anew. */
function journalled(crashed = () => {}) {
  const clock = virtualClock()
  const told: SagaTold[] = []
  const waits: string[] = []
  const calls: string[] = []
  let isDue = true
  const steps = memorySteps({
    clock,
    waiting: (step) => waits.push(step),
    crash(point, step) {
      if (!isDue || point !== 'after' || step !== 'reserve') return false
      isDue = false
      crashed()
      return true
    },
  })
  const fetch = async (url: string | URL) => {
    calls.push(new URL(url).host)
    return Response.json({})
  }
  const book = { tell: async (one: SagaTold) => void told.push(one), look: async () => undefined }
  const started: Started = { saga: 'place-order', input: { total: 1 } }
  const start = (code: () => readonly Definition[], more: Partial<Started> = {}) =>
    steps.run((steps) => {
      const known = (name: string, version: number | undefined) =>
        code().find((one) => one.name === name && (version === undefined || one.version === version))
      return run(known, { ...started, ...more }, { id: 'one', steps, ...calling(fetch, 'one'), clock, book })
    })
  return { clock, steps, start, told, waits, calls }
}

describe('the code beneath a saga that runs', () => {
  const changed = saga<{ total: number }>('place-order', { deadline: '1h' })
    .step('check', ({ call }) => call('http://fraud/'))
    .step('reserve', ({ call, input }) => call('http://credit/', post(input)), undoAt('credit'))
    .pivot('charge', ({ call }) => call('http://payments/'))

  it('changed: the saga is parked at its definition, nothing is run, and it goes on once the old code is back', async () => {
    let code: readonly Definition[] = [placeOrder]
    const { clock, steps, start, told, waits, calls } = journalled(() => {
      code = [changed]
    })
    const ended = start(() => code)
    await clock.advance(1000)
    expect(calls).toEqual(['credit'])
    expect(told.at(-1)).toMatchObject({
      state: 'parked',
      step: 'definition',
      because: 'It began as 1:reserve/c,pack/c,charge/p,ship/r, and the code has 1:check/n,reserve/c,charge/p.',
    })
    expect(waits).toEqual(['parked at definition 1'])
    steps.sendEvent('selvedge-decision', 'retry')
    await clock.advance(1000)
    expect(waits.at(-1)).toBe('parked at definition 2')
    code = [placeOrder]
    steps.sendEvent('selvedge-decision', 'retry')
    expect(await clock.run(ended)).toEqual({ outcome: 'completed' })
    expect(calls).toEqual(['credit', 'stock', 'payments', 'shipping'])
  })

  it('gone: a saga that nobody knows is parked, and ends where that is decided', async () => {
    const { clock, steps, start, told, calls } = journalled()
    const ended = start(() => [], { saga: 'cancel-order' })
    await clock.advance(1000)
    expect(told.at(-1)).toMatchObject({ state: 'parked', version: 0, because: 'The code has no saga "cancel-order".' })
    steps.sendEvent('selvedge-decision', 'skip')
    expect(await clock.run(ended)).toMatchObject({ outcome: 'compensation_incomplete', skipped: ['definition'] })
    expect(calls).toEqual([])
  })

  it('of a new version: the saga goes on with the old one, and one that begins takes the new', async () => {
    const v2 = saga<{ total: number }>('place-order', { version: 2 }).pivot('charge', ({ call }) =>
      call('http://payments/'),
    )
    let code: readonly Definition[] = [placeOrder]
    const { clock, start, calls, told } = journalled(() => {
      code = [v2, placeOrder]
    })
    expect(await clock.run(start(() => code))).toEqual({ outcome: 'completed' })
    expect(calls).toHaveLength(4)
    expect(told.at(-1)).toMatchObject({ version: 1, state: 'completed' })
    const other = journalled()
    expect(await other.clock.run(other.start(() => code))).toEqual({ outcome: 'completed' })
    expect(other.told.at(-1)).toMatchObject({ version: 2, state: 'completed' })
  })

  it('that waits for a decision takes no other word for one', async () => {
    const { clock, steps, start, waits } = journalled()
    void start(() => [])
    await clock.advance(1000)
    steps.sendEvent('selvedge-decision', 'perhaps')
    await clock.advance(1000)
    expect(waits).toEqual(['parked at definition 1', 'parked at definition 2'])
  })
})

describe('the list of sagas', () => {
  it('that fails, or hangs, holds no saga up', async () => {
    for (const answer of [() => Promise.reject(new Error('away')), () => new Promise<never>(() => {})]) {
      const clock = virtualClock()
      const steps = memorySteps({ clock })
      const book = { tell: answer, look: answer }
      const fetch = async () => Response.json({})
      const known = () => placeOrder
      const ended = steps.run((steps) =>
        run(
          known,
          { saga: 'place-order', input: { total: 1 } },
          { id: 'one', steps, ...calling(fetch, 'one'), clock, book },
        ),
      )
      const before = clock.now()
      expect(await clock.run(ended)).toEqual({ outcome: 'completed' })
      expect(clock.now() - before).toBeLessThan(60_000)
    }
  })

  it('hears that a saga is late at its pivot', async () => {
    const clock = virtualClock()
    const told: SagaTold[] = []
    let calls = 0
    const book = { tell: async (one: SagaTold) => void told.push(one), look: async () => undefined }
    const fetch = async () => new Response('', { status: ++calls > 8 ? 200 : 503 })
    const pay = saga('pay').pivot('charge', ({ call }) => call('http://payments/'))
    const steps = memorySteps({ clock })
    await clock.run(
      steps.run((steps) =>
        run(() => pay, { saga: 'pay' }, { id: 'one', steps, ...calling(fetch, 'one'), clock, book }),
      ),
    )
    // The trace of its calls is told with it.
    expect(new Set(told.map(({ traceId }) => traceId))).toEqual(new Set([calling(fetch, 'one').traceId]))
    expect(told.map(({ state, step }) => [state, step])).toEqual([
      ['running', 'definition'],
      ['late', 'charge'],
      ['completed', 'end'],
    ])
  })
})
