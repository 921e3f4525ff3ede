/** The table of docs/reliability.md is the one that the observers read. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { attempt } from '../../src/core/attempt.ts'
import { EFFECTS, type Way, wayOf } from '../../src/core/effects.ts'
import { errorEnding } from '../../src/core/ending.ts'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../src/core/errors.ts'
import { blameOf, type Outcome } from '../../src/core/outcome.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { answerEnding } from '../../src/wire/answer/ending.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/reliability.md', import.meta.url)), 'utf8')
const section = page.slice(page.indexOf('## Who is to blame'))
const rows = section
  .slice(0, section.indexOf('\n## '))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim().replaceAll('`', '')),
  )

/** The ways into which outcomes are told apart. */
function outcomeOf(way: Way): Outcome {
  if (way === 'error' || way === 'pushback') return 'failure'
  return way === 'cut' ? 'unreachable' : way
}

const said = (word: string) => (word === 'nothing' ? '–' : word)

describe('the table of docs/reliability.md', () => {
  it('has every way in which an attempt can end, once', () => {
    expect(rows.map(([way]) => way)).toEqual(Object.keys(EFFECTS))
  })

  it.each(rows)('says of %s what is so: %s', (way, _, blame, ejection, failover, load, sample, budget, throttle) => {
    const effects = EFFECTS[way as Way]
    const outcome = outcomeOf(way as Way)
    expect([blame, ejection, failover, load, sample, budget, throttle]).toEqual([
      blameOf(outcome),
      said(effects.health),
      said(effects.health),
      said(effects.load),
      effects.load === 'took' ? 'yes' : '–',
      said(effects.budget),
      said(effects.throttle),
    ])
  })

  it.each(Object.keys(EFFECTS) as Way[])('holds against an endpoint only what is its own doing: %s', (way) => {
    const { health, budget, throttle } = EFFECTS[way]
    const outcome = outcomeOf(way)
    if (blameOf(outcome) !== 'endpoint') {
      for (const word of [health, budget]) expect(['success', 'nothing']).toContain(word)
      expect(throttle).not.toBe('refused')
    }
  })
})

describe('wayOf', () => {
  const answered = (status: number, headers: Record<string, string> = {}, sent: Record<string, string> = {}) =>
    wayOf(
      answerEnding(attempt(1, null, true), new Response(null, { status, headers }), new Headers(sent), virtualClock()),
    )
  const grpc = { 'content-type': 'application/grpc-web' }

  it.each([
    [200, {}, 'success'],
    [404, { 'retry-after': '1' }, 'success'],
    [500, {}, 'error'],
    [500, { 'retry-after': '1' }, 'pushback'],
    [502, {}, 'failure'],
    [503, {}, 'failure'],
    [503, { 'selvedge-retryable': 'true' }, 'pushback'],
    [503, { 'retry-after': '0' }, 'refused'],
    [504, {}, 'failure'],
    [504, { 'selvedge-error': 'deadline_exceeded' }, 'expired'],
    [521, {}, 'failure'],
    [429, {}, 'limited'],
    [429, { 'retry-after': '1' }, 'limited'],
    [429, { 'x-envoy-ratelimited': 'true' }, 'limited'],
    [429, { 'selvedge-error': 'overloaded' }, 'refused'],
    [499, {}, 'cancelled'],
  ] as [number, Record<string, string>, Way][])('of %i with %j is %s', (status, headers, way) => {
    expect(answered(status, headers)).toBe(way)
  })

  it.each([
    ['2', 'error'],
    ['13', 'error'],
    ['14', 'failure'],
    ['4', 'failure'],
    ['8', 'limited'],
    ['5', 'success'],
    ['1', 'cancelled'],
  ] as [string, Way][])('of the gRPC code %s is %s', (code, way) => {
    expect(answered(200, { 'grpc-status': code }, grpc)).toBe(way)
  })

  it('of gRPC RESOURCE_EXHAUSTED with pushback is a refusal', () => {
    expect(answered(200, { 'grpc-status': '8', 'grpc-retry-pushback-ms': '100' }, grpc)).toBe('refused')
  })

  it.each(Object.keys(MEANINGS) as MeshErrorCode[])('of %s is a way of the table', (code) => {
    const ending = errorEnding(attempt(1, null, true), new MeshError(code, 'So it was.'), cancellation(false))
    expect(Object.keys(EFFECTS)).toContain(wayOf(ending))
  })
  it('of a connection that is gone is told by how much of its body was still to be sent', () => {
    const gone = new MeshError('endpoint_unreachable', 'So it was.')
    for (const [isFull, isUntold, way] of [
      [false, false, 'unreachable'],
      [true, false, 'cut'],
      [true, true, 'cancelled'],
    ] as const) {
      const upload = { isFull: () => isFull, isUntold: () => isUntold }
      expect(wayOf(errorEnding({ upload }, gone, cancellation(false)))).toBe(way)
    }
  })
})
