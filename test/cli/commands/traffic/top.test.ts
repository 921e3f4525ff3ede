import { beforeAll, describe, expect, it } from 'vitest'
import type { StatsView } from '../../../../src/admin/client.ts'
import { virtualClock } from '../../../../src/core/time/virtual-clock.ts'
import { Fault } from '../../../../src/manifest/yaml/fault.ts'
import { adminFake } from '../../../support/admin-fake.ts'
import { command } from '../../../support/command.ts'

// No timer brings a module: the clock of a test would stand still for it.
beforeAll(() => import('../../../../src/cli/commands/traffic/top.ts'))

function view(at: string, rates: Readonly<Record<string, number>>): StatsView {
  const items = Object.entries(rates).map(([service, rps]) => ({ service, requests: rps * 60, rps, success: 1 }))
  return { at: `2026-11-30T${at}.000Z`, windowMs: 60_000, isolates: 2, items }
}

/** @param answers what the API tells, one question after the other; the last of them goes on. */
function given(answers: readonly (StatsView | Error)[], over: { isOutSeen?: boolean; height?: () => number } = {}) {
  const clock = virtualClock()
  const admin = adminFake(clock)
  let asked = 0
  admin.stats = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)] as StatsView | Error
    asked += 1
    if (answer instanceof Error) throw answer
    return answer
  }
  let end = () => {}
  const interrupted = () =>
    new Promise<void>((resolve) => {
      end = resolve
    })
  const selvedge = command({ clock, clientOf: () => admin, isOutSeen: true, interrupted, ...over })
  return { clock, selvedge, asked: () => asked, end: () => end() }
}

/** What stands on the terminal after each drawing. */
const screens = (out: string) =>
  out
    .split('\u001b[H')
    .slice(1)
    .map((text) => text.replaceAll('\u001b[K', '').replace('\u001b[J', ''))

describe('selvedge top', () => {
  it('draws the busiest first, anew every two seconds, until Ctrl-C', async () => {
    const { clock, selvedge, asked, end } = given([
      view('12:00:00', { orders: 1, users: 5 }),
      view('12:00:02', { orders: 7, users: 5 }),
    ])
    const ran = selvedge('top')
    await clock.advance(0)
    expect(asked()).toBe(1)
    await clock.advance(1_999)
    expect(asked()).toBe(1)
    await clock.advance(1)
    expect(asked()).toBe(2)
    end()
    const { code, out } = await ran
    expect(code).toBe(0)
    const [first = '', second = ''] = screens(out)
    expect(first).toBe(`The last 1m at 12:00:00 UTC, of 2 isolates. Ctrl-C ends.

NAME     SUCCESS   RPS      LATENCY_P50   LATENCY_P95   LATENCY_P99   RETRIES   BUDGET
users    100.00%   5.0rps   -             -             -             -         -
orders   100.00%   1.0rps   -             -             -             -         -
`)
    expect(second.split('\n').slice(3, 5)).toEqual([
      expect.stringMatching(/^orders {3}100\.00% {3}7\.0rps/),
      expect.stringMatching(/^users {4}100\.00% {3}5\.0rps/),
    ])
  })

  it('leaves what it had where the mesh cannot be reached, and says since when', async () => {
    const { clock, selvedge, end } = given([
      view('12:00:00', { users: 5 }),
      new Fault('The mesh cannot be reached.'),
      view('12:00:04', { users: 6 }),
    ])
    const ran = selvedge('top')
    await clock.advance(4_000)
    end()
    const [, second = '', third = ''] = screens((await ran).out)
    expect(second).toMatch(/^The mesh cannot be reached\. This is of 12:00:00 UTC\.\n\nNAME.*\nusers.*5\.0rps/)
    expect(third).toMatch(/^The last 1m at 12:00:04 UTC[\s\S]*6\.0rps/)
  })

  it('draws no more than the terminal shows', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`s${index}`, index]))
    const { clock, selvedge, end } = given([view('12:00:00', many)], { height: () => 6 })
    const ran = selvedge('top')
    await clock.advance(0)
    end()
    const [screen = ''] = screens((await ran).out)
    const lines = screen.split('\n')
    expect(lines.length).toBe(6)
    expect(lines[3]).toMatch(/^s49 /)
  })

  it('prints once where nobody looks on', async () => {
    const { selvedge } = given([view('12:00:00', { orders: 1, users: 5 })], { isOutSeen: false })
    const { code, out } = await selvedge('top')
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['NAME', 'users', 'orders', ''])
  })
})
