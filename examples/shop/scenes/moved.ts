/** An edit in KV moves a service while it is called. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../report.ts'
import type { Shop } from '../shop.ts'
import { failures, traffic, until } from '../traffic.ts'
import { total } from '../upstream.ts'
import { failed, round } from './words.ts'

export async function moved(shop: Shop, tell: Report): Promise<void> {
  tell.scene('payment moves to another endpoint while requests run')
  let editedAt = 0
  const sent = await traffic(
    () => shop.call('order/7'),
    async () => {
      await sleep(500)
      editedAt = performance.now()
      await shop.put('payment', shop.payment.url)
      await until(() => total(shop.payment) > 0)
      await sleep(300)
    },
  )
  const at = (where: string) => sent.filter(({ answer }) => answer?.customer?.payment?.at === where)
  const [worker, node] = [at('worker'), at('node')]
  tell.did(`KV: services/payment = ${shop.payment.url}`)
  tell.saw(`${worker.length} answers from the Worker, then ${node.length} from a Node server, no restart`)
  const followedMs = Math.min(...node.map(({ at, ms }) => at + ms)) - editedAt
  tell.claim(worker.length > 0 && node.length > 0, `traffic followed ${round(followedMs)} after the edit`)
  tell.claim(sent.length > 0 && failures(sent).length === 0, failed(sent))

  await shop.put('payment', JSON.stringify({ endpoints: [{ binding: 'PAYMENT' }] }))
  const isBack = async () => (await shop.call('order/7')).answer?.customer?.payment?.at === 'worker'
  tell.claim(await until(isBack), 'and back to the Worker by another edit')
}
