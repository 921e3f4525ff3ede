/** What the scenes say in the same words. */
import type { Answer } from '../shop.ts'
import { failures, type Sent } from '../traffic.ts'

/** The answers of all who took part, in the order in which they were asked. */
export function chain(answer: Answer | undefined): Answer[] {
  return answer ? [answer, ...chain(answer.customer ?? answer.payment ?? answer.bank)] : []
}

export function namesOf(hops: readonly Answer[]): string {
  return hops.map(({ service }) => service).join(' → ')
}

export function failed(sent: readonly Sent[]): string {
  const bad = failures(sent)
  if (bad.length === 0) return `none of ${sent.length} requests failed`
  const [{ status, error } = { status: 0, error: undefined }] = bad
  return `none of ${sent.length} requests failed: but ${bad.length} did, the first with ${status} ${error ?? ''}`
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

export function round(ms: number): string {
  return `${Math.round(ms)} ms`
}
