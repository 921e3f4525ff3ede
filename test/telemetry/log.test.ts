import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../src/core/log.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { type LogLine, type LogTo, meshLog } from '../../src/telemetry/log.ts'

const ejected: LogEntry = { level: 'warn', event: 'ejected', key: 'services/users', endpoint: 'https://a', forMs: 5000 }

function given() {
  const lines: LogLine[] = []
  const clock = virtualClock()
  return { lines, clock, log: meshLog((line) => lines.push(line), clock) }
}

/** What the console was told, level by level. */
function onConsole(to: LogTo) {
  const told: [string, Record<string, unknown>][] = []
  for (const level of ['error', 'warn', 'info', 'log', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void told.push([level, JSON.parse(line)]))
  }
  const log = meshLog(to, virtualClock())
  for (const level of ['error', 'warn', 'info'] as const) log({ level, event: 'error', code: level })
  return told
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('meshLog', () => {
  it('tells what happened, and when by the clock it was given', () => {
    const { lines, clock, log } = given()
    log(ejected)
    expect(lines).toMatchObject([{ ...ejected, at: new Date(clock.now()).toISOString() }])
    expect(lines[0]?.leftOut).toBeUndefined()
  })

  it('tells of each kind once a second, and then how many it has left out', async () => {
    const { lines, clock, log } = given()
    for (let count = 0; count < 5; count++) log(ejected)
    expect(lines).toHaveLength(1)
    await clock.advance(999)
    log(ejected)
    expect(lines).toHaveLength(1)
    await clock.advance(1)
    log(ejected)
    expect(lines.map(({ leftOut }) => leftOut)).toEqual([undefined, 5])
    await clock.advance(1000)
    log(ejected)
    expect(lines.map(({ leftOut }) => leftOut)).toEqual([undefined, 5, undefined])
  })

  it('tells kinds apart by event, code, record and endpoint, and not by what strangers choose', () => {
    const { lines, log } = given()
    const others: Partial<LogEntry>[] = [{ event: 'readmitted' }, { code: 'internal' }, { key: 'b' }, { endpoint: 'b' }]
    for (const other of [{}, ...others]) log({ ...ejected, ...other })
    expect(lines).toHaveLength(5)
    for (const other of [{ service: 'any' }, { traceId: 'any' }, { message: 'any' }]) log({ ...ejected, ...other })
    expect(lines).toHaveLength(5)
  })

  it('bounds what it writes and what it remembers', () => {
    const { lines, log } = given()
    for (let kind = 0; kind < 5000; kind++) log({ ...ejected, key: String(kind), message: 'x'.repeat(5000) })
    expect(lines.at(-1)?.message).toHaveLength(1000)
    // The first kind is forgotten by now.
    log({ ...ejected, key: '0' })
    expect(lines).toHaveLength(5001)
  })

  it('repeats no password of an address', () => {
    const { lines, log } = given()
    const text = 'at https://admin:pw@10.0.0.7/'
    log({ ...ejected, message: text, stack: text })
    expect(JSON.stringify(lines)).not.toContain('pw')
  })

  it.each([
    ['off', []],
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
  ] as const)('writes a line of JSON to the console from a level on: %s', (to, levels) => {
    const told = onConsole(to)
    expect(told.map(([level]) => level)).toEqual(levels)
    for (const [level, line] of told) expect(line).toMatchObject({ from: 'selvedge', level, event: 'error' })
  })

  it('formats nothing that is not told', () => {
    const log = meshLog('error', {
      ...virtualClock(),
      now: () => {
        throw new Error('The clock was asked.')
      },
    })
    expect(() => log(ejected)).not.toThrow()
  })
})
