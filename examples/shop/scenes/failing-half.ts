/** An endpoint fails half of the time, and clients do not notice. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../report.ts'
import { type Shop, TWO_REFRESHES_MS } from '../shop.ts'
import { failures, traffic, until } from '../traffic.ts'
import { total } from '../upstream.ts'
import { failed, times } from './words.ts'

/** Edits of the record, each with a new address of the failing bank. */
const ADDRESSES = 5

export async function failingHalf(shop: Shop, tell: Report): Promise<void> {
  tell.scene('A bank answers 503 half of the time, beside one that is well')
  const { bank, agency } = shop
  agency.mood = 'half'
  const byTurns = await Promise.all(Array.from({ length: 40 }, (_, turn) => statusOf([bank, agency][turn % 2]?.url)))
  const refused = byTurns.filter((status) => status === 503).length
  tell.did(`without the mesh, a client that takes turns between them: ${refused} of ${byTurns.length} requests failed`)
  const before = { bank: total(bank), agency: total(agency), refused: agency.refused }

  const sent = await traffic(
    () => shop.call('order/7'),
    async () => {
      // Once it has failed it is left alone: only under a new address is it tried anew.
      for (let address = 1; address <= ADDRESSES; address++) {
        const { refused } = agency
        await shop.put('bank', JSON.stringify({ endpoints: [bank.url, `${agency.url}/${address}`] }))
        await until(() => agency.refused > refused)
      }
      await sleep(500)
    },
  )
  tell.did(`KV: services/bank = ${bank.url} and ${agency.url}/1, then …/2, up to …/${ADDRESSES}`)
  const [asked, answered503] = [total(agency) - before.agency, agency.refused - before.refused]
  tell.saw(`the failing one was asked ${times(asked)}, answered 503 ${times(answered503)}`)
  tell.saw(`the other one was asked ${times(total(bank) - before.bank)}`)
  tell.claim(answered503 > 0 && failures(sent).length === 0, failed(sent))
  await shop.put('bank', bank.url)
  // Until no isolate remembers the other one.
  await traffic(
    () => shop.call('order/7'),
    () => sleep(TWO_REFRESHES_MS),
  )
}

async function statusOf(url = ''): Promise<number> {
  const response = await fetch(`${url}/7`, { signal: AbortSignal.timeout(2000) })
  await response.body?.cancel()
  return response.status
}
