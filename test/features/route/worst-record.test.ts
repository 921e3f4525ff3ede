/** What a record and a request may cost at worst, however they are chosen against the matcher. */
import { describe, expect, it } from 'vitest'
import { asked } from '../../../src/features/route/asked.ts'
import { matcher } from '../../../src/features/route/match.ts'
import { parseRecord } from '../../../src/record/parse.ts'

const times = <Of>(count: number, make: (index: number) => Of) =>
  Array.from({ length: count }, (_, index) => make(index))
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** CPU of a loop of which 10 million turns take 10 ms on two shared cores that are left alone: the measure of this test. */
function tenMs(): number {
  const before = cpuMs()
  let state = 1
  for (let turn = 0; turn < 10_000_000; turn++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  expect(state).not.toBe(0)
  return cpuMs() - before
}

const random = (() => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
})()
const among = (letters: string) => (length: number) => times(length, () => letters[random() % letters.length]).join('')
const wide = (count: number, from = 0x400) => times(count, (index) => String.fromCharCode(from + 2 * index)).join('')

const onPaths = (sources: readonly string[]) => ({
  rules: times(Math.ceil(sources.length / 8), (rule) => ({
    matches: sources.slice(8 * rule, 8 * rule + 8).map((value) => ({ path: { type: 'RegularExpression', value } })),
  })),
})
/** Every expression on another header, all of which are read. */
const onHeaders = (sources: readonly string[]) => ({
  rules: [
    {
      matches: times(Math.ceil(sources.length / 16), (match) => ({
        headers: sources
          .slice(16 * match, 16 * match + 16)
          .map((value, index) => ({ type: 'RegularExpression', name: `x-${match * 16 + index}`, value })),
      })),
    },
  ],
})

interface Hostile {
  readonly record: object
  /** A text of a length. */
  readonly text: (length: number) => string
  /** Of how many characters the request has as many as are read. */
  readonly length: number
}

const HOSTILE: Record<string, Hostile> = {
  'counted repetitions behind .*': {
    record: onPaths(times(20, (index) => `.*a.{${480 - index}}x`)),
    text: among('ab'),
    length: 500,
  },
  'many short expressions': {
    record: onPaths(times(128, (index) => `.*a.{71}[x${wide(1, 0x400 + 2 * index)}]`)),
    text: among('ab'),
    length: 500,
  },
  'repetitions of .*': {
    record: onPaths(times(20, (index) => `(.*a){${160 - index}}x`)),
    text: among('ab'),
    length: 500,
  },
  'repetitions of what may be empty': {
    record: onPaths(times(20, (index) => `((.?){${225 - index}}x)*`)),
    text: among('ab'),
    length: 500,
  },
  'one large class, again and again': {
    record: onPaths(times(13, (index) => `.*[${wide(900)}]{${470 - index}}x`)),
    text: among(wide(900)),
    length: 500,
  },
  'large classes, each another': {
    record: onPaths(
      times(22, (index) => `.*${times(28, (at) => `[${wide(30, 0x400 + 2 * (at + index))}]?`).join('')}x`),
    ),
    text: among(wide(60)),
    length: 880,
  },
  'small classes, each another': {
    record: onPaths(
      times(24, (index) => `.*a${times(150, (at) => `[ab${wide(1, 0x400 + 2 * (at * 24 + index))}]?`).join('')}x`),
    ),
    text: among('ab'),
    length: 500,
  },
  'one expression, and all the text that it reads': {
    record: onPaths(['.*a.{90}x']),
    text: among('ab'),
    length: 50_000,
  },
  'sixteen headers': {
    record: onHeaders(times(16, (index) => `(?:.*a.{${480 - index}}x)*.*`)),
    text: among('ab'),
    length: 500,
  },
  'sixteen headers that are not counted': {
    record: onHeaders(times(16, (index) => `(?:.*a.{${480 - index}}x)*.*`)),
    text: among('ab'),
    length: 100,
  },
}

describe('the worst record and request', () => {
  it.each(Object.entries(HOSTILE))('cost less than 100 ms of CPU: %s', (_, { record, text, length }) => {
    const { rules = [] } = parseRecord(JSON.stringify(record))
    const headers = Object.fromEntries(times(16, (index) => [`x-${index}`, text(length)]))
    const costs = times(4, () => {
      const path = `/${text(length - 1)}`
      const request = { headers: { get: (name: string) => headers[name] ?? null }, method: 'GET' } as unknown as Request
      const before = cpuMs()
      // Made anew each time: to compile them is part of what a first request costs.
      expect(() => matcher(rules)(asked(request, path, 'users'))).not.toThrow()
      return cpuMs() - before
    })
    const unit = Math.min(...times(3, tenMs))
    const [, median = Number.NaN] = costs.sort((one, other) => one - other)
    expect(median / unit).toBeLessThan(10)
  })
})
