/** An endpoint is killed while it is called. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../report.ts'
import type { Shop } from '../shop.ts'
import { failures, traffic, until } from '../traffic.ts'
import { total } from '../upstream.ts'
import { failed } from './words.ts'

export async function killed(shop: Shop, tell: Report): Promise<void> {
  tell.scene('One of two banks is killed while requests run')
  const { bank, branch } = shop
  await shop.put('bank', JSON.stringify({ endpoints: [bank.url, branch.url] }))
  const before = { branch: 0, bank: 0 }
  const sent = await traffic(
    () => shop.call('order/7'),
    async () => {
      await until(() => total(branch) > 20)
      await branch.kill()
      before.branch = total(branch)
      before.bank = total(bank)
      await sleep(1500)
    },
  )
  tell.did(`KV: services/bank = ${bank.url} and ${branch.url}`)
  tell.saw(`the second one is gone after ${before.branch} calls, with all that was in flight there`)
  tell.saw(`the first one took over: ${total(bank) - before.bank} calls`)
  tell.claim(sent.length > 0 && failures(sent).length === 0, failed(sent))
}
