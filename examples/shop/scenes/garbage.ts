/** What is not understood in KV does not reach traffic. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../report.ts'
import { type Shop, TWO_REFRESHES_MS } from '../shop.ts'
import { failures, type Sent, traffic, until } from '../traffic.ts'
import { failed } from './words.ts'

export async function garbage(shop: Shop, tell: Report): Promise<void> {
  tell.scene('Garbage is written into KV')
  const sent: Sent[] = []
  for (const record of ['{ "endpoints": ["http://', '{ "endpoint": "http://127.0.0.1:1" }']) {
    await shop.put('payment', record)
    tell.did(`KV: services/payment = ${record}`)
    sent.push(
      ...(await traffic(
        () => shop.call('order/7'),
        () => sleep(TWO_REFRESHES_MS),
      )),
    )
  }
  const byWorker = sent.filter(({ answer }) => answer?.customer?.payment?.at === 'worker')
  const { proxyStatus = '' } = await shop.call('payment/7')
  tell.claim(byWorker.length === sent.length, 'the last good record serves on')
  tell.claim(proxyStatus.includes('refused'), `and answers say so: ${proxyStatus}`)
  tell.claim(sent.length > 0 && failures(sent).length === 0, failed(sent))

  await shop.put('payment', shop.payment.url)
  const followed = async () => (await shop.call('order/7')).answer?.customer?.payment?.at === 'node'
  tell.claim(await until(followed), 'and the next good record is followed')
}
