/** An edit in KV moves a service while it is called: from a Worker to a server, to a Lambda function, and back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { paymentRecords } from '../records.ts'
import type { Report } from '../report.ts'
import type { Called, Shop } from '../shop.ts'
import { failures, traffic, until } from '../traffic.ts'
import { failed, round } from './words.ts'

/** Where it goes, as the function there says, and what that is. */
const MOVES = [
  ['node', 'a Node server'],
  ['lambda', 'an AWS Lambda function'],
  ['worker', 'the Worker again'],
] as const

/** For how long it is called at each place, in milliseconds. */
const STAY_MS = 400

export async function moved(shop: Shop, tell: Report): Promise<void> {
  tell.scene('payment moves from a Worker to a URL to a Lambda, an edit each, while requests run')
  const records = paymentRecords(shop)
  const editedAt: Record<string, number> = {}
  let place: string | undefined
  const sent = await traffic(
    async () => {
      const called = await shop.call('order/7')
      place = placeOf(called)
      return called
    },
    async () => {
      await sleep(STAY_MS)
      for (const [to] of MOVES) {
        editedAt[to] = performance.now()
        await shop.put('payment', records[to])
        await until(() => place === to)
        await sleep(STAY_MS)
      }
    },
  )

  for (const [to, what] of MOVES) {
    const from = editedAt[to] ?? 0
    const there = sent.filter((called) => called.at >= from && placeOf(called) === to)
    const followedMs = Math.min(...there.map(({ at, ms }) => at + ms)) - from
    tell.did(`KV: services/payment = ${records[to]}`)
    tell.claim(there.length > 0, `traffic followed to ${what} after ${round(followedMs)}: ${there.length} answers`)
  }
  const { invocations, refusals } = shop.lambda
  tell.claim(
    invocations.length > 0 && refusals.length === 0,
    `${invocations.length} calls of the function were signed, and none was refused by AWS's own signer`,
  )
  tell.claim(sent.length > 0 && failures(sent).length === 0, failed(sent))
}

function placeOf({ answer }: Called): string | undefined {
  return answer?.customer?.payment?.at
}
