/** The receipt of a call, as its reader is to see it: without what the request's headers held. */
import type { AttemptNote, Receipt } from '../../core/receipt.ts'
import { withoutUserinfo } from '../../core/text/userinfo.ts'
import type { ReceiptView } from '../../wire/receipt/view.ts'

/** What of the receipt that each call keeps is told as it is. */
const TOLD = [
  'service',
  'path',
  'key',
  'rule',
  'backend',
  'skipped',
  'hedged',
  'retriesUsed',
  'retryRefused',
  'error',
  'detail',
  'override',
  'access',
  'rates',
  'unread',
] as const satisfies readonly (keyof Receipt & keyof ReceiptView)[]

/** Messages: they may repeat what an endpoint was sent. */
const MESSAGES: readonly string[] = ['detail', 'reason', 'refused', 'unavailable']

/** What is known of a call besides. */
export type Facts = Omit<ReceiptView, (typeof TOLD)[number] | 'attempts' | 'leftOut'>

/** @param headers of the request: what came in one of them does not go out again in a message. */
export function viewOf(receipt: Receipt, facts: Facts, headers: Headers): ReceiptView {
  const masked = masker(headers)
  const told = Object.fromEntries(TOLD.map((name) => [name, receipt[name]])) as Pick<Receipt, (typeof TOLD)[number]>
  const attempts = receipt.attempts.map(({ startedAt, ...note }) => ({ ...note, startedMs: startedAt - facts.at }))
  const view: ReceiptView = { ...told, ...facts, attempts }
  // What is undefined is left out so, and what has no bound is null.
  return JSON.parse(
    JSON.stringify(view, (name, value) => (MESSAGES.includes(name) && value ? masked(value) : value)),
  ) as ReceiptView
}

/** Milliseconds in which at least one endpoint was working on an attempt that is over. */
export function targetMsOf(attempts: readonly AttemptNote[]): number {
  let sum = 0
  let until = 0
  // They stand in the order in which they began.
  for (const { startedAt, tookMs } of attempts) {
    const from = Math.max(startedAt, until)
    until = Math.max(from, startedAt + tookMs)
    sum += until - from
  }
  return sum
}

/** Headers that are no secret, whoever sends them, and whose value may well stand in a message. */
const PLAIN = /^(host|accept|content-|user-agent|origin|x-forwarded-|cf-|via|cdn-loop|traceparent)/
/** Shorter words occur in any text. */
const LEAST_SECRET = 6

function masker(headers: Headers): (text: string) => string {
  const secrets = [...headers]
    .flatMap(([name, value]) => (PLAIN.test(name) ? [] : [value, ...value.split(/[\s,;="]+/)]))
    .filter(({ length }) => length >= LEAST_SECRET)
    .sort((one, other) => other.length - one.length)
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '***'), withoutUserinfo(text))
}
