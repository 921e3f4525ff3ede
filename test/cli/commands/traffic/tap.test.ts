import { beforeAll, describe, expect, it } from 'vitest'
import { AdminError, type TapLine, type TapOptions } from '../../../../src/admin/client.ts'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../../support/admin-fake.ts'
import { command } from '../../../support/command.ts'

// Loaded here, so that what a test waits for is the command alone.
beforeAll(() => import('../../../../src/cli/commands/traffic/tap.ts'))

const BEGUN: TapLine = { kind: 'begun', until: '2026-11-30T12:01:00.000Z', most: 20 }
const OVER: TapLine = { kind: 'over', reason: 'time' }

function call(over: Partial<Extract<TapLine, { kind: 'call' }>> = {}): TapLine {
  return {
    kind: 'call',
    at: '2026-11-30T12:00:05.123Z',
    service: 'users',
    caller: 'checkout',
    method: 'GET',
    path: '/v1/users/{number}',
    status: 200,
    outcome: 'success',
    tookMs: 7,
    attempts: [{ endpoint: 'eu', outcome: 'success', tookMs: 6 }],
    rule: 'all',
    traceId: 'a'.repeat(32),
    isolate: 'b'.repeat(32),
    ...over,
  }
}

/** @param lines what the API tells; an error breaks it off. `undefined`: it goes on until somebody ends it. */
function given(lines: readonly (TapLine | Error | undefined)[], isOutSeen = false) {
  const admin = adminFake(virtualClock(), { users: 'https://users.example.com' })
  const asked: TapOptions[] = []
  let end = () => {}
  const interrupted = () =>
    new Promise<void>((resolve) => {
      end = resolve
    })
  admin.tap = async function* (options = {}, signal) {
    asked.push(options)
    for (const line of lines) {
      if (line instanceof Error) throw line
      if (line) yield line
      else {
        setTimeout(end, 0)
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      }
    }
  }
  return { asked, selvedge: command({ clientOf: () => admin, interrupted, isOutSeen }) }
}

const TOLD =
  'target local http://127.0.0.1:8787\nLooking at calls until 12:01:00 UTC. The first show within 10 s; of one isolate, 20 a second at most. Ctrl-C ends it.\n'

describe('selvedge tap', () => {
  it('shows a call a line, one column under the other, and ends when the time is up', async () => {
    const failed = call({
      caller: undefined,
      status: 503,
      outcome: 'failure',
      error: 'no_endpoint',
      tookMs: 1_250,
      path: '/a/path/that/is/longer/than/others/are',
      attempts: [
        { endpoint: 'eu', outcome: 'failure', tookMs: 12 },
        { endpoint: 'us', tookMs: 0 },
      ],
    })
    const { selvedge } = given([BEGUN, call(), failed, call({ service: '', status: undefined }), OVER])
    const { code, out, err } = await selvedge('tap')
    expect(out).toBe(
      `TIME           NAME           CALLER         METHOD   PATH                       STATUS   OUTCOME       TOOK      ERROR      ATTEMPTS
12:00:05.123   users          checkout       GET      /v1/users/{number}         200      success       7ms       -          eu(6ms)
12:00:05.123   users          (unknown)      GET      /a/path/that/is/longer/than/others/are   503      failure       1250ms    no_endpoint   eu=failure(12ms),us=unfinished
12:00:05.123   (no-record)    checkout       GET      /v1/users/{number}                       -        success       7ms       -             eu(6ms)
`,
    )
    expect([code, err]).toEqual([0, `${TOLD}3 calls were shown.\n`])
  })

  it('asks for what its flags say', async () => {
    const { selvedge, asked } = given([BEGUN, OVER])
    const flags = '--method GET --path /v1 --status 5xx --caller checkout --seconds 300'.split(' ')
    await selvedge('tap', 'users', ...flags)
    await selvedge('tap')
    expect(asked).toEqual([
      { service: 'users', method: 'GET', path: '/v1', status: '5xx', caller: 'checkout', seconds: 300 },
      { service: undefined, seconds: 60 },
    ])
  })

  it('colours the status where somebody looks on', async () => {
    const { selvedge } = given([BEGUN, call(), call({ status: 404 }), call({ status: 503 }), OVER], true)
    const { out } = await selvedge('tap')
    expect(out).toContain('\u001b[32m200\u001b[0m')
    expect(out).toContain('\u001b[33m404\u001b[0m')
    expect(out).toContain('\u001b[31m503\u001b[0m')
    expect((await selvedge('tap', '--no-color')).out).not.toContain('\u001b')
  })

  it('has no effect of what a caller wrote into the path', async () => {
    const { selvedge } = given([BEGUN, call({ path: '/\u001b[2J\n::error::x' }), OVER], true)
    const { out } = await selvedge('tap')
    expect(out).not.toContain('\u001b[2J')
    expect(out.split('\n').length).toBe(3)
  })

  it('prints JSON, an object a line, and nothing else of the tap', async () => {
    const { selvedge } = given([BEGUN, call(), { kind: 'waiting' }, { kind: 'left-out', calls: 2 }, OVER])
    const { out, err } = await selvedge('tap', '-o', 'json')
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([call(), { kind: 'left-out', calls: 2 }])
    expect(err).toContain('2 more were left out')
    const yaml = await selvedge('tap', '-o', 'yaml')
    expect(yaml.out).toMatch(/^---\nkind: call\n[\s\S]*\n---\nkind: left-out\ncalls: 2\n$/)
  })

  it('shows rule, trace and isolate where there is room', async () => {
    const { selvedge } = given([BEGUN, call(), OVER])
    const { out } = await selvedge('tap', '-o', 'wide')
    expect(out).toContain('RULE')
    expect(out).toContain('a'.repeat(32))
    expect(out).toContain(` ${'b'.repeat(8)} `)
  })

  it('ends at Ctrl-C, well', async () => {
    const { selvedge } = given([BEGUN, call(), undefined])
    const { code, err } = await selvedge('tap')
    expect([code, err]).toEqual([0, `${TOLD}1 call was shown.\n`])
  })

  it('says what is not seen where it saw nothing', async () => {
    const { selvedge } = given([BEGUN, { kind: 'waiting' }, OVER])
    const { code, err } = await selvedge('tap')
    expect(code).toBe(0)
    expect(err).toContain('No call was seen. An isolate hears of a tap within 5 s of a call')
  })

  it.each([
    ['broke off', [BEGUN, new TypeError('terminated')], 'The connection broke off.'],
    ['ended too soon', [BEGUN, call()], 'The connection broke off.'],
    ['was lost', [BEGUN, { kind: 'over', reason: 'lost' } as const], "The tap was lost: the control plane's object"],
    [
      'was refused',
      [new AdminError({ title: 'Conflict', status: 409, detail: 'As many taps are open as may be at once.' })],
      'As many taps are open',
    ],
  ])('does not end well when it %s', async (_, lines, said) => {
    const { code, err } = await given(lines).selvedge('tap')
    expect(code).not.toBe(0)
    expect(err).toContain(said)
  })

  it('looks for no name that has no record', async () => {
    const { selvedge, asked } = given([BEGUN, OVER])
    const { code, err } = await selvedge('tap', 'usres')
    expect([code, asked]).toEqual([1, []])
    expect(err).toContain('usres')
  })

  it.each(['0', '601', '1.5', 'soon'])('takes no --seconds %s', async (seconds) => {
    const { selvedge, asked } = given([BEGUN, OVER])
    expect((await selvedge('tap', '--seconds', seconds)).code).toBe(2)
    expect(asked).toEqual([])
  })
})
