/** Who may call the bank, a partner's JWT, and a request that is sent to another payment, three hops deep, by a signed override. */
import { minter, mintOverride } from '../../../src/mesh/trust/minting.ts'
import { DOMAIN, newKey, partnerToken } from '../keys.ts'
import type { Report } from '../report.ts'
import type { Called, Shop } from '../shop.ts'
import { until } from '../traffic.ts'
import { chain, namesOf } from './words.ts'

const ONLY = (...callers: string[]) => ({ default: 'deny', rules: [{ name: 'known', effect: 'allow', callers }] })

export async function trusted(shop: Shop, tell: Report): Promise<void> {
  tell.scene('Who may call, and whose own requests go elsewhere')
  await refused(shop, tell)
  await invited(shop, tell)
  await overridden(shop, tell)
}

async function refused({ call, put, bank }: Shop, tell: Report): Promise<void> {
  const record = { endpoints: [bank.url], access: ONLY('payment') }
  await put('bank', JSON.stringify(record))
  tell.did(`KV: services/bank = ${JSON.stringify(record)}`)
  const seen = () => bank.calls.get('/13') ?? 0
  const isRefused = await until(async () => (await call('bank/13')).status === 401)
  const before = seen()
  const stranger = await call('bank/13')
  tell.claim(
    isRefused && stranger.error === 'caller_unknown' && seen() === before,
    `a stranger that asks the bank itself gets ${stranger.status} ${stranger.error ?? ''}, and the bank hears nothing of it`,
  )
  const { status, answer } = await call('order/7')
  tell.claim(status === 200, `payment is let in, as before: ${status}, ${namesOf(chain(answer))}`)
  await put('bank', JSON.stringify({ ...record, access: ONLY('billing') }))
  let denied: Called | undefined
  const isDenied = await until(async () => {
    denied = await call('order/7')
    return denied.status === 403
  })
  tell.claim(isDenied, `where only billing may, payment is told ${denied?.status} ${denied?.error ?? ''}`)
}

async function invited({ call, put, bank, keys: { partner } }: Shop, tell: Report): Promise<void> {
  await put('bank', JSON.stringify({ endpoints: [bank.url], access: ONLY('payment', 'acme.partners') }))
  tell.did('KV: services/bank lets in payment and acme.partners; a partner signs a JWT for acme')
  const show = (token: string) => ({ authorization: `Bearer ${token}` })
  const [acme, other, elsewhere] = await Promise.all([
    partnerToken(partner, 'acme', DOMAIN),
    partnerToken(partner, 'nobody', DOMAIN),
    partnerToken(partner, 'acme', 'another.test'),
  ])
  const isLetIn = await until(async () => (await call('bank/21', show(acme))).status === 200)
  const { status, error } = await call('bank/21', show(other))
  tell.claim(isLetIn && status === 403, `acme is let in, and nobody.partners gets ${status} ${error ?? ''}`)
  const wrong = await call('bank/21', show(elsewhere))
  tell.claim(wrong.status === 401, `a JWT that is for somebody else is refused: ${wrong.status} ${wrong.error ?? ''}`)
  await put('bank', bank.url)
  await until(async () => (await call('bank/21')).status === 200 && (await call('order/7')).status === 200)
}

async function overridden({ call, put, payment, keys: { mesh } }: Shop, tell: Report): Promise<void> {
  await put('payment@pr-7', payment.url)
  const names = { payment: 'payment@pr-7' }
  const now = Date.now()
  const minted = await mintOverride(minter({ domain: DOMAIN }, mesh.secret, 'MESH_KEY'), 'demo', names, 60, now)
  tell.did(
    'KV: services/payment@pr-7 is a server; payment=payment@pr-7 is signed for a minute, and goes along in baggage',
  )
  const placeOf = ({ answer }: Called) => answer?.customer?.payment?.at
  const [mine, others] = [await call('order/7', { baggage: minted.baggage }), await call('order/7')]
  tell.claim(
    placeOf(mine) === 'node' && placeOf(others) === 'worker',
    `order and customer carry it; at the third hop payment is the ${placeOf(mine)} server, and for all others the ${placeOf(others)}`,
  )
  const before = payment.calls.size
  const late = await mintOverride(minter({ domain: DOMAIN }, mesh.secret, 'MESH_KEY'), 'demo', names, 60, now - 600_000)
  const past = await call('payment/9', { baggage: late.baggage })
  tell.claim(
    past.answer?.at === 'worker' && /override of payment not applied: expired/.test(past.proxyStatus ?? ''),
    `one that has expired is not applied, and the answer says so: ${past.proxyStatus ?? ''}`,
  )
  const other = await newKey('mesh-1')
  const forged = await mintOverride(minter({ domain: DOMAIN }, other.secret, 'MESH_KEY'), 'demo', names, 60, now)
  const write = await call('payment/9', { baggage: forged.baggage }, 'POST')
  tell.claim(
    write.status === 404 && payment.calls.size === before,
    `one that is forged is refused where something might change: POST gets ${write.status}, and nobody hears of it`,
  )
}
