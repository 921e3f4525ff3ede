/** What records said of callers, as it is counted: by caller, record and rule. */
import type { AccessNote } from '../../core/receipt.ts'

/** `would-deny`: what a record in `audit` would deny, and let pass. Their order is that in which counts travel: a new one comes last. */
export const VERDICTS = ['allow', 'deny', 'would-deny'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Whose, and which, verdict is counted. */
export interface VerdictOf {
  /** Empty: nobody knows. */
  readonly caller: string
  /** The name of the record that was asked. */
  readonly record: string
  /** The name of the rule that decided, or `default`. */
  readonly rule: string
}

const RECORD_PREFIX = 'services/'

/** The number of a verdict in {@link VERDICTS}. */
export function verdictNumber({ effect, mode }: AccessNote): number {
  if (effect === 'allow') return 0
  return mode === 'enforce' ? 1 : 2
}

/** A rule's name comes last: it alone may have spaces. */
export function verdictKey(caller: string | undefined, { record, rule }: AccessNote): string {
  return `${caller ?? ''} ${record.slice(RECORD_PREFIX.length)} ${rule}`
}

/** What was counted together for want of room is its own caller, record and rule. */
export function verdictOf(key: string): VerdictOf {
  const [, caller = key, record = key, rule = key] = /^(\S*) (\S*) (.*)$/s.exec(key) ?? []
  return { caller, record, rule }
}
