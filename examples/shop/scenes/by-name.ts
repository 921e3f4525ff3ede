/** One name leads to the next, and nobody holds an address. */
import type { Report } from '../report.ts'
import type { Shop } from '../shop.ts'
import { chain, namesOf, round } from './words.ts'

export async function byName(shop: Shop, tell: Report): Promise<void> {
  tell.scene('A call by name, three hops deep')
  await shop.call('order/7') // the first call loads the functions
  const { status, ms, answer } = await shop.call('order/7')
  const hops = chain(answer)
  tell.did('GET order/7: order asks customer, customer asks payment, payment asks bank')
  tell.claim(
    status === 200 && namesOf(hops) === 'order → customer → payment → bank',
    `${status} in ${round(ms)}: ${namesOf(hops)}; none of them holds an address`,
  )
  const traces = new Set(hops.map(({ told }) => told.trace))
  tell.claim(traces.size === 1 && !traces.has(''), `one trace runs through all: ${[...traces].join(', ')}`)
}
