/** A deadline goes along the whole chain, and is kept. */
import type { Report } from '../report.ts'
import type { Shop } from '../shop.ts'
import { until } from '../traffic.ts'
import { chain, round } from './words.ts'

export async function deadline(shop: Shop, tell: Report): Promise<void> {
  tell.scene('A deadline of 300 ms goes with the call')
  const within = { 'selvedge-timeout-ms': '300' }
  const hops = chain((await shop.call('order/7', within)).answer)
  const left = hops.map(({ told }) => told.timeoutMs)
  tell.did('GET order/7 with selvedge-timeout-ms: 300')
  tell.claim(
    left.length === 4 && left.every((ms, hop) => ms > 0 && ms < (left[hop - 1] ?? 300)),
    `it shrinks at each hop: ${hops.map(({ service, told }) => `${service} ${told.timeoutMs} ms`).join(', ')}`,
  )

  shop.bank.mood = 'slow'
  const cut = [
    await shop.call('order/7', within),
    await shop.call('order/7', within),
    await shop.call('order/7', within),
  ]
  await until(() => shop.bank.calledOff.length >= cut.length)
  shop.bank.mood = 'well'
  tell.did('the bank now takes 2 s')
  tell.claim(
    cut.every(({ status, error }) => status === 504 && error?.startsWith('deadline_')),
    `the caller got ${cut[0]?.status} ${cut[0]?.error ?? ''}`,
  )
  const waited = cut.map(({ ms }) => ms)
  tell.claim(within300(waited), `after ${waited.map(round).join(', ')}`)
  tell.claim(
    within300(shop.bank.calledOff),
    `the bank heard of it, ${shop.bank.calledOff.map(round).join(', ')} into its work`,
  )
}

/** Of three, the middle one: the machine may have been busy for a moment. A hop keeps a few milliseconds in reserve. */
function within300(times: readonly number[]): boolean {
  const middle = times.toSorted((a, b) => a - b)[1] ?? 0
  return middle > 200 && middle < 400
}
