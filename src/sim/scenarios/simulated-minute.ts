/** A minute of three hops in which nothing is wrong: how long does it take to compute? */
import { cpu, median, p99, success, took } from '../figure.ts'
import type { Trial } from '../trial.ts'
import { chain } from './chain.ts'

export const simulatedMinute: Trial = {
  scenario: {
    name: 'simulated-minute',
    about: 'A minute of three hops of 200 isolates and 1,000 users a second, by itself on the machine.',
    durationMs: 60_000,
    ...chain(),
  },
  figures: [took, cpu, success, median, p99],
  goals: [{ figure: took, atMost: 30 }],
  beside: { contenders: [] },
  isTimed: true,
}
