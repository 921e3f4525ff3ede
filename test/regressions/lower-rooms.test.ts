/** What the first review of the lower rooms found: each was a fault once. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allowance } from '../../src/core/allowance.ts'
import { deadlineIn } from '../../src/core/deadline.ts'
import { MeshError } from '../../src/core/errors.ts'
import { sleep, systemClock } from '../../src/core/time/clock.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { parseRecord } from '../../src/record/parse.ts'
import { follow } from '../../src/registry/alias.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { snapshot } from '../../src/registry/snapshot.ts'
import { isEndpointUrl } from '../../src/schema/address.ts'
import { createTestMesh } from '../../src/testing.ts'
import { readPushback } from '../../src/wire/answer/pushback.ts'
import { nominated } from '../../src/wire/hop-by-hop.ts'
import { problemResponse } from '../../src/wire/problem/problem.ts'
import { givenAsking } from '../support/given.ts'

const URL = 'https://users.example.com'

function refusal(text: string): string {
  try {
    return `taken: ${JSON.stringify(parseRecord(text))}`
  } catch (error) {
    expect(error).toBeInstanceOf(MeshError)
    return (error as MeshError).message
  }
}

describe('nominated', () => {
  it.each([
    ['close,', ['close']],
    [', x-one,, x-two', ['x-one', 'x-two']],
    ['x one, x-two', ['x-two']],
  ])('of %j are %j: what is no header name is none', (connection, names) => {
    expect(nominated(connection)).toEqual(names)
  })

  it.each(['close,', 'x y'])('a Connection of "%s" fails no call, on the way there or back', async (connection) => {
    const mesh = createTestMesh({ users: () => new Response('ok', { headers: { connection } }) })
    const response = await mesh.clock.run(mesh.fetch('http://users/42', { headers: { connection } }))
    expect(response.status).toBe(200)
  })
})

describe('readPushback', () => {
  it.each(['-5', '1.5', 'in 5', 'soon 1', '5,6', '10, 20'])(
    'hears no leave to come back at once in a Retry-After of "%s"',
    (value) => {
      expect(readPushback(new Headers({ 'retry-after': value }), 1.7e12).waitMs).toBe(60_000)
    },
  )

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'knows the date %s (RFC 9110 §5.6.7)',
    (value) => {
      expect(readPushback(new Headers({ 'retry-after': value }), Date.UTC(1994, 10, 6, 8, 49, 30)).waitMs).toBe(7000)
    },
  )
})

describe('half a letter', () => {
  it('in a message does not break an answer to gRPC', () => {
    const request = new Request('http://a', { headers: { 'content-type': 'application/grpc' } })
    const response = problemResponse(new MeshError('internal', 'a\ud83d'), request, { isTrusted: true })
    expect(response.headers.get('grpc-message')).toBe('a%EF%BF%BD')
  })

  it('is not made where what stood there is cut', () => {
    expect(refusal(`${'x'.repeat(78)}😀😀`).isWellFormed()).toBe(true)
  })
})

// F4, F5, F6, F8 · test/record/parse.test.ts, test/targets/schema.test.ts
describe('parseRecord', () => {
  it.each([
    ['alias', `{"alias":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['endpoints', `{"endpoints":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ])('refuses %s of any depth', (_, text) => {
    expect(refusal(text)).toMatch(/Expected/)
  })

  it.each([
    ['timeouts', []],
    ['retry', []],
    ['retryConstraint', []],
    ['retryConstraint', { budget: [] }],
  ])('refuses a list for %s', (field, value) => {
    expect(refusal(JSON.stringify({ endpoints: [URL], [field]: value }))).toMatch(/Expected .+, got \[\]\.$/)
  })

  it('repeats no more than the beginning of a field that nobody knows', () => {
    expect(refusal(JSON.stringify({ endpoints: [URL], ['x'.repeat(100_000)]: 1 })).length).toBeLessThan(1000)
  })
})

describe('isEndpointUrl', () => {
  it.each([
    ['an empty query', `${URL}?`],
    ['an empty fragment', `${URL}/#`],
    ['white space before it', ` ${URL}`],
    ['white space after it', `${URL} `],
    ['a line break', `${URL}/\n`],
    ['a tab', `${URL}/a\tb`],
    ['a space', `${URL}/a b`],
  ])('refuses %s: a path is joined to it letter by letter', (_, text) => {
    expect(isEndpointUrl(text)).toBe(false)
  })
})

describe('follow', () => {
  it('reads the whole path within the time that the request can wait', async () => {
    const clock = virtualClock()
    const memory = memoryRegistry({ a: { alias: 'b' }, b: { alias: 'c' }, c: URL })
    const slow = { read: (keys: readonly string[]) => sleep(clock, 400).then(() => memory.read(keys)) }
    const subject = snapshot(slow, { freshMs: 5000, maxStaleMs: 3_600_000, readMs: 1000, maxRecords: 100 })
    const following = follow(subject, 'a', givenAsking(clock, { deadline: deadlineIn(600, clock) }), () => true)
    await expect(clock.run(following)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(clock.now()).toBe(1_000_600)
  })
})

describe('allowance', () => {
  it('under a limit takes back no more of a loan than the limit allows', () => {
    const five = allowance(5)
    const loan = five.lend(0)
    five.limit(1)
    loan.settle(0)
    expect(five.left).toBe(1)
  })
})

describe('systemClock', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('does not wake early from a sleep of more than 24 days', () => {
    const wake = vi.fn()
    systemClock.after(3_000_000_000, wake)
    vi.advanceTimersByTime(1000)
    expect(wake).not.toHaveBeenCalled()
  })
})
