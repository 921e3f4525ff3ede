/** A check: one thing that should be so, what was found, and what to do where it is not. */
import type { Seen } from './seen.ts'

/** In the order in which they are looked at. */
export const GROUPS = ['installation', 'registry', 'records', 'security', 'sagas'] as const
export type Group = (typeof GROUPS)[number]

/** One thing that is not as it should be. */
export interface Finding {
  /** An error is one that costs calls, or lets in who should not be; a warning may be meant so. */
  readonly severity: 'error' | 'warning'
  /** The record that it is about. */
  readonly name?: string | undefined
  /** Keys and indexes from the record to the field. */
  readonly path?: readonly (string | number)[] | undefined
  readonly message: string
}

export interface Check {
  /** The anchor of docs/check.md on which it stands. */
  readonly id: string
  readonly group: Group
  /** What is so where it passes. */
  readonly title: string
  /** What to do, in a sentence. */
  readonly hint: string
  /** None where all is well; `undefined` where what it looks at was not seen. */
  readonly find: (seen: Seen) => readonly Finding[] | undefined
}

export type CheckState = 'passed' | 'warned' | 'failed' | 'unseen'

export interface CheckResult extends Omit<Check, 'find'> {
  /** Its place among all checks, from 1. */
  readonly number: number
  readonly state: CheckState
  /** A hundred at most. */
  readonly findings: readonly Finding[]
  /** How many there are beyond those. */
  readonly more: number
  readonly link: string
}

/** Findings told of one check: whoever has more mends these first. */
const MOST = 100

export function resultOf(check: Check, number: number, seen: Seen): CheckResult {
  const { find, ...told } = check
  const found = find(seen)
  const findings = found ?? []
  return {
    number,
    ...told,
    state: found ? worst(findings) : 'unseen',
    findings: findings.slice(0, MOST),
    more: Math.max(0, findings.length - MOST),
    link: `docs/check.md#${check.id}`,
  }
}

function worst(findings: readonly Finding[]): CheckState {
  if (findings.length === 0) return 'passed'
  return findings.some(({ severity }) => severity === 'error') ? 'failed' : 'warned'
}
