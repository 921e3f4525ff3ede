import { describe, expect, it } from 'vitest'
import { meanLoad, success } from '../../src/sim/figure.ts'
import { ledger } from '../../src/sim/ledger.ts'
import { reportOf } from '../../src/sim/report.ts'
import type { Run } from '../../src/sim/run.ts'
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

function run(served: number, load: number): Run {
  const empty = reportOf(scenario, 'x', 1, ledger(14, 1))
  const users = { ...empty.users, success: served }
  return { report: { ...empty, users, load: { ...empty.load, meanDuringFault: load } }, tookSeconds: 1, cpuSeconds: 1 }
}

describe('a trial', () => {
  it('is judged by the worst of its runs', () => {
    const judge = (...runs: Run[]) => verdicts(trial, runs).map(({ value, isReached }) => [value, isReached])
    expect(judge(run(0.95, 1), run(0.99, 1.1))).toEqual([
      [0.95, true],
      [1.1, true],
    ])
    expect(judge(run(0.95, 1), run(0.89, 1.11))).toEqual([
      [0.89, false],
      [1.11, false],
    ])
  })

  it('is shown with its goals beneath the mesh and above the others', () => {
    const runs = [
      { contender: 'selvedge', runs: [run(0.95, 1.2), run(0.97, 1)] },
      { contender: 'naive', runs: [run(0.5, 64)] },
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
    expect(tableOf(trial, [{ contender: 'selvedge', runs: [run(1, 1)] }])).toContain('small  PASS')
  })
})
