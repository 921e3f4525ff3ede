import { describe, expect, it } from 'vitest'
import { meanLoad, success } from '../../src/sim/figure.ts'
import { ledger } from '../../src/sim/ledger.ts'
import { type Report, reportOf } from '../../src/sim/report.ts'
import { tableOf } from '../../src/sim/table.ts'
import type { Trial } from '../../src/sim/trial.ts'
import { verdicts } from '../../src/sim/trial.ts'
import { smallChain } from './small.ts'

const scenario = smallChain()
const trial: Trial = {
  scenario,
  figures: [success, meanLoad],
  goals: [
    { figure: success, atLeast: 0.9 },
    { figure: meanLoad, atMost: 1.1 },
  ],
  beside: { contenders: [], scenario: { ...scenario, users: { ...scenario.users, perSecond: 2 } } },
}

function report(served: number, load: number): Report {
  const empty = reportOf(scenario, 'x', 1, ledger(14, 1))
  return { ...empty, users: { ...empty.users, success: served }, load: { ...empty.load, meanDuringFault: load } }
}

describe('a trial', () => {
  it('is judged by the worst of its runs', () => {
    const judge = (...reports: Report[]) => verdicts(trial, reports).map(({ value, isReached }) => [value, isReached])
    expect(judge(report(0.95, 1), report(0.99, 1.1))).toEqual([
      [0.95, true],
      [1.1, true],
    ])
    expect(judge(report(0.95, 1), report(0.89, 1.11))).toEqual([
      [0.89, false],
      [1.11, false],
    ])
  })

  it('is shown with its goals beneath the mesh and above the others', () => {
    const runs = [
      { contender: 'selvedge', reports: [report(0.95, 1.2), report(0.97, 1)] },
      { contender: 'naive', reports: [report(0.5, 64)] },
    ]
    expect(tableOf(trial, runs).split('\n')).toEqual([
      'small  FAIL',
      '  A small chain.',
      '                served      load, mean',
      '  selvedge     95.00 %            1.20',
      '  goal      >= 90.00 %  <= 1.10 MISSED',
      '  naive        50.00 %           64.00',
      '  (those below the goal with 2 users a second)',
    ])
    expect(tableOf(trial, [{ contender: 'selvedge', reports: [report(1, 1)] }])).toContain('small  PASS')
  })
})
