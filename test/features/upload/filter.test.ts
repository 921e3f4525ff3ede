import { describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../../src/core/time/virtual-clock.ts'
import { MOST_UPLOADS } from '../../../src/features/upload/senders.ts'
import { createMesh, MeshError } from '../../../src/index.ts'
import type { Sent } from '../../../src/targets/sent.ts'
import { memoryRegistry } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'
import { type Sender, sending } from '../../support/sender.ts'
import { type World, world } from '../../support/worlds.ts'

const A = 'https://a.example.com'
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What was sent in the test is where it goes: streams take turns of their own. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  await turn()
  await clock.advance(ms)
  await turn()
}

/** An endpoint that reads all, and then answers after so long; or fails as its connection does. */
function reading(ms = 0, clock?: () => VirtualClock) {
  return async (_: Request, { attempt }: Sent) => {
    await new Response(attempt.body).arrayBuffer()
    if (ms > 0) await new Promise<void>((resolve) => clock?.().after(ms, resolve))
    return new Response('done')
  }
}

interface Given extends World, Sender {}

function given(record: object = {}, send = reading()): Given {
  return { ...world({ endpoints: [A], ...record }, send), ...sending() }
}

/** What this isolate holds against the endpoint, and against the service. */
async function held({ users, inFlight, clock }: World) {
  const { candidates, budget } = await users()
  const [candidate] = candidates
  return {
    inFlight: await inFlight(),
    fault: candidate?.health,
    typicalMs: candidate?.latency.value(clock.now()),
    cost: candidate?.load.cost(clock.now()),
    retries: budget.balance,
  }
}

const UNKNOWN = { inFlight: [0], fault: undefined, typicalMs: undefined, cost: 0, retries: 1 }

describe('a body that falls silent', () => {
  it('is ended after 10 s, and that is its caller’s doing', async () => {
    const subject = given()
    const failure = failureOf(subject.call({}, subject.request))
    subject.send('half')
    await pass(subject.clock, 9_999)
    expect(subject.reason()).toBeUndefined()
    await pass(subject.clock, 1)
    expect(await failure).toMatchObject({ code: 'body_idle' })
    expect(subject.reason()).toMatchObject({ code: 'body_idle' })
    expect(await held(subject)).toEqual(UNKNOWN)
    expect(subject.clock.pending).toBe(0)
  })

  it('may be silent as long as its record says, each time anew', async () => {
    const subject = given({ timeouts: { request: '0s', bodyIdle: '2s' } })
    const failure = failureOf(subject.call({}, subject.request))
    for (let count = 0; count < 5; count++) {
      subject.send('a')
      await pass(subject.clock, 1_900)
    }
    expect(subject.reason()).toBeUndefined()
    await pass(subject.clock, 100)
    expect(await failure).toMatchObject({ code: 'body_idle' })
  })

  it.each([
    [{ timeouts: { request: '0s', bodyIdle: '0s' } }, {}],
    [{ timeouts: { request: '0s' } }, { 'content-type': 'application/grpc-web+proto' }],
    [{ timeouts: { request: '0s' } }, { 'content-type': 'application/connect+json' }],
  ])('may be silent where the record or its protocol lets it: %j %j', async (record, headers) => {
    const { clock, call, request, send, end } = {
      ...world({ endpoints: [A], ...record }, reading()),
      ...sending('http://users/', { headers } as RequestInit),
    }
    const answer = call({ headers: { get: (name) => request.headers.get(name), passedOn: new Headers() } }, request)
    send('half')
    await pass(clock, 3_600_000)
    end()
    await turn()
    expect((await answer).status).toBe(200)
  })

  it('is let be beyond what is watched, and when there is an answer', async () => {
    const long = given({ timeouts: { request: '0s' } })
    const answer = long.call({}, long.request)
    long.send(new Uint8Array(70_000))
    await pass(long.clock, 60_000)
    long.end()
    await turn()
    expect((await answer).status).toBe(200)

    const early = given({}, async () => new Response('enough', { status: 413 }))
    const told = early.call({}, early.request)
    await pass(early.clock, 0)
    expect((await told).status).toBe(413)
    expect(early.clock.pending).toBe(0)
  })
})

describe('a body that breaks off', () => {
  it('is its caller’s doing, with the cause', async () => {
    const subject = given({ endpoints: [A, 'https://b.example.com'] })
    const failure = failureOf(subject.call({}, subject.request))
    subject.send('half')
    await turn()
    const cause = new Error('The client is gone.')
    subject.fail(cause)
    await turn()
    const error = await failure
    expect(error).toMatchObject({ code: 'body_broken', cause })
    expect(error).toBeInstanceOf(MeshError)
    expect(await held(subject)).toEqual({ ...UNKNOWN, inFlight: [0, 0] })
    expect(subject.clock.pending).toBe(0)
  })

  it('is so in the library, with the platform’s own fetch', async () => {
    const mesh = createMesh({
      registry: memoryRegistry({ users: { endpoints: [A] } }),
      fetch: async (_, init) => new Response(await new Response(init?.body as ReadableStream).text()),
    })
    const cause = new Error('no more')
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect(await failureOf(mesh.fetch('http://users/', init))).toMatchObject({ code: 'body_broken', cause })
  })

  it('beyond what is watched is nobody’s, and is not sent again', async () => {
    const subject = given()
    const failure = failureOf(subject.call({}, subject.request))
    subject.send(new Uint8Array(70_000))
    await turn()
    subject.fail(new Error('gone'))
    await turn()
    expect(await failure).toMatchObject({ code: 'endpoint_unreachable' })
    expect(await held(subject)).toMatchObject({ fault: undefined, cost: 0, retries: 1 })
  })

  it('after the answer does not undo the answer', async () => {
    const subject = given({}, async () => new Response('early'))
    const answer = await Promise.all([subject.call({}, subject.request), pass(subject.clock, 0)])
    subject.fail(new Error('gone'))
    await turn()
    expect(await answer[0].text()).toBe('early')
    expect(await held(subject)).toMatchObject({ fault: undefined, inFlight: [0] })
  })
})

describe('while its caller is still sending, a body', () => {
  it('holds no slot, and does when it has come', async () => {
    const subject = given(
      {},
      reading(500, () => subject.clock),
    )
    for (let count = 0; count < 5; count++) {
      const { request, send, end } = sending()
      const answer = subject.call({}, request)
      send('half')
      await pass(subject.clock, 1_000)
      expect(await subject.inFlight()).toEqual([0])
      end()
      await turn()
      expect(await subject.inFlight()).toEqual([1])
      await pass(subject.clock, 500)
      expect((await answer).status).toBe(200)
    }
    // Its latency is what the endpoint took.
    expect(await held(subject)).toMatchObject({ inFlight: [0], typicalMs: 500, cost: 500 })
  })

  it('has not begun to use the time of an attempt', async () => {
    const subject: Given = given(
      { endpoints: [A, 'https://b.example.com'], timeouts: { backendRequest: '1s' }, retry: { attempts: 0 } },
      reading(2_000, () => subject.clock),
    )
    const failure = failureOf(subject.call({}, subject.request))
    for (let count = 0; count < 7; count++) {
      subject.send('a')
      await pass(subject.clock, 700)
    }
    subject.end()
    await pass(subject.clock, 999)
    const faults = async () => (await subject.users()).candidates.filter(({ health }) => health !== undefined)
    expect(await faults()).toHaveLength(0)
    await pass(subject.clock, 1)
    // Then it is the endpoint that is waited for.
    expect(await failure).toMatchObject({ code: 'attempt_timed_out' })
    expect(await faults()).toHaveLength(1)
  })

  it('is no sample where it is answered, and a failure where that fails', async () => {
    const status = { is: 200 }
    const subject = given({ retry: { attempts: 0 } }, async () => new Response(null, { status: status.is }))
    for (const [is, cost] of [
      [200, 0],
      [500, 5_000],
    ] as const) {
      status.is = is
      const { request, send } = sending()
      send('half')
      const answer = subject.call({}, request)
      await pass(subject.clock, 0)
      expect((await answer).status).toBe(is)
      expect(await held(subject)).toMatchObject({ typicalMs: undefined, cost, inFlight: [0] })
    }
  })

  it('is one of so many of its caller, by name or address, and of no other', async () => {
    const subject = given()
    const asked = (over: object, headers: Record<string, string> = {}) => {
      const { request, end } = sending('http://users/', { headers })
      const answer = subject.call({ trusted: false, ...over }, request).then(
        ({ status }) => status,
        (error: MeshError) => error.code,
      )
      return { answer, end }
    }
    const mine = { 'cf-connecting-ip': '192.0.2.1' }
    const open = Array.from({ length: MOST_UPLOADS }, () => asked({}, mine))
    await pass(subject.clock, 0)
    expect(await asked({}, mine).answer).toBe('overloaded')
    const others = [
      asked({}, { 'cf-connecting-ip': '192.0.2.2' }),
      asked({ caller: 'checkout' }),
      asked({}),
      // What this function sends by itself is not counted.
      asked({ trusted: true }),
    ]
    await pass(subject.clock, 0)
    for (const { end } of [...open, ...others]) end()
    await turn()
    for (const { answer } of [...open, ...others]) expect(await answer).toBe(200)
    const again = asked({}, mine)
    again.end()
    await turn()
    expect(await again.answer).toBe(200)
  })

  it('is given up when its caller leaves', async () => {
    const subject = given()
    const controller = new AbortController()
    const failure = failureOf(subject.call({ signals: () => [controller.signal] }, subject.request))
    subject.send('half')
    await pass(subject.clock, 100)
    const left = new Error('The client has disconnected')
    controller.abort(left)
    expect(await failure).toBe(left)
    expect(subject.reason()).toBe(left)
    expect(await held(subject)).toEqual(UNKNOWN)
  })
})

describe('a body', () => {
  it('is what it is, whatever a header of its request says of its length', async () => {
    const seen: (string | null)[] = []
    const mesh = createMesh({
      registry: memoryRegistry({ users: { endpoints: [A] } }),
      fetch: async (_, init) => {
        seen.push(new Headers(init?.headers).get('content-length'))
        return new Response(await new Response(init?.body as BodyInit).text())
      },
    })
    for (const said of ['0', '2', '99', 'x']) {
      const init = { method: 'POST', body: 'one tea', headers: { 'content-length': said } }
      expect(await (await mesh.fetch('http://users/', init)).text()).toBe('one tea')
      const request = new Request('http://users/', init)
      expect(await (await mesh.fetch(request)).text()).toBe('one tea')
    }
    // The platform says it, by the body.
    expect(seen).toEqual(Array(8).fill(null))
  })

  it('that is in memory is sent as what it is, with a length', async () => {
    const bodies: unknown[] = []
    const mesh = createMesh({
      registry: memoryRegistry({ users: { endpoints: [A] } }),
      fetch: async (_, init) => {
        bodies.push(init?.body)
        return new Response()
      },
    })
    for (const body of ['tea', new Uint8Array(3), new Blob(['tea']), new URLSearchParams({ t: '1' })]) {
      await mesh.fetch('http://users/', { method: 'POST', body })
    }
    for (const body of bodies) expect(body).toBeInstanceOf(Uint8Array)
  })
})
