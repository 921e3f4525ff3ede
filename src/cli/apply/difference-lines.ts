/** How a record differs from what stands there, as lines: `-` is there, `+` would be. */

import type { Difference, WrittenRecord } from '../../admin/client.ts'
import { difference } from '../../record/difference.ts'
import { ageOf } from '../print/age.ts'
import type { Styled } from '../print/style.ts'
import { differenceLines } from '../target/told.ts'
import type { Step } from './plan.ts'

interface TwoRecords {
  readonly before: { readonly record: WrittenRecord | null } | undefined
  readonly after: WrittenRecord | null
}

export function differencesOf({ before, after }: TwoRecords): Difference[] {
  const found = difference(textOf(before?.record ?? null), textOf(after))
  return found.flatMap((one) => (one.path === '' ? byField(one) : [one]))
}

/** @param now milliseconds since the epoch. */
export function stepLines(step: Step, now: number): Styled[] {
  const { name, before, act } = step
  const by = before?.author == null ? '' : ` by ${before.author}`
  const stands =
    before === undefined ? 'is new' : `revision ${before.revision}${by}, ${ageOf(now - Date.parse(before.at))} ago`
  const head = `${name}   ${stands}${byHand(before)}${act === 'pruned' ? '; goes' : ''}`
  const lines = differencesOf(step).flatMap(differenceLines)
  return [
    [{ text: head, style: 'strong' }],
    ...lines.map(({ text, isAdded }): Styled => [{ text, style: isAdded ? 'good' : 'bad' }]),
  ]
}

function byHand(before: Step['before']): string {
  if (before?.state === 'drifted')
    return `; KV holds an edit by hand, and nothing is written: selvedge drift ${before.name}`
  return before?.origin === 'hand' ? '; edited by hand' : ''
}

/** What comes or goes as a whole, field by field. */
function byField(whole: Difference): Difference[] {
  if ('before' in whole && 'after' in whole) return [whole]
  const side = 'before' in whole ? 'before' : 'after'
  const value = whole[side]
  if (typeof value !== 'object' || value === null) return [whole]
  return Object.entries(value).map(([field, of]) => ({ path: `/${field}`, [side]: of }))
}

function textOf(record: WrittenRecord | null): string | null {
  return record === null || typeof record === 'string' ? record : JSON.stringify(record)
}
