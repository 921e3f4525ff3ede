/** A dead leaf under three hops that retry, with a mesh and without. */
import type { Report } from '../report.ts'
import type { Shop } from '../shop.ts'

export async function dead(shop: Shop, tell: Report): Promise<void> {
  tell.scene('A dead bank under three functions that retry')
  const { bank } = shop
  bank.mood = 'dead'
  await shop.put('naive', JSON.stringify({ endpoints: [{ binding: 'NAIVE' }], retry: { attempts: 0 } }))
  const asked = (ids: readonly number[]) => ids.map((id) => bank.calls.get(`/${id}`) ?? 0)

  const naive = [9001, 9002, 9003]
  for (const id of naive) await shop.call(`naive/order/${id}?bank=${encodeURIComponent(bank.url)}`)
  tell.did('without the mesh, three attempts at each hop (naive/src/index.ts)')
  tell.claim(
    asked(naive).every((count) => count === 27),
    `calls of the bank a request: ${asked(naive).join(' ')}`,
  )

  const meshed = Array.from({ length: 10 }, (_, index) => 9101 + index)
  const statuses = new Set<number>()
  for (const id of meshed) statuses.add((await shop.call(`order/${id}`)).status)
  const counts = asked(meshed)
  tell.did('through the mesh, two retries for the whole call, and a budget for the service')
  tell.claim(
    counts.every((count) => count >= 1 && count <= 3),
    `calls of the bank a request: ${counts.join(' ')}`,
  )
  tell.claim(
    [...statuses].every((status) => status >= 500),
    `each caller was told: ${[...statuses].join(', ')}`,
  )

  bank.mood = 'well'
  tell.claim((await shop.call('order/7')).status === 200, 'the bank is back, and so is the shop')
}
