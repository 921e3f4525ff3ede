/**
 * `npm run demo` plays what the mesh does, prints it, and checks it: exit 0 if all was as told, else 1.
 * `npm start` (--stay) leaves the same mesh running, to try by hand.
 */
import { randomInt } from 'node:crypto'
import { adminClient } from '../../src/admin/client.ts'
import { interruption } from '../../src/cli/dev/interruption.ts'
import { isFree } from '../../src/cli/dev/port.ts'
import { newToken } from '../../src/cli/dev/vars.ts'
import { printable } from '../../src/cli/print/printable.ts'
import { orders } from '../orders/scene.ts'
import { browse } from './browse.ts'
import { startEdits } from './edits.ts'
import { faults } from './faults.ts'
import { paymentRecords } from './records.ts'
import { report } from './report.ts'
import { byName } from './scenes/by-name.ts'
import { dead } from './scenes/dead.ts'
import { deadline } from './scenes/deadline.ts'
import { failingHalf } from './scenes/failing-half.ts'
import { garbage } from './scenes/garbage.ts'
import { killed } from './scenes/killed.ts'
import { moved } from './scenes/moved.ts'
import { trusted } from './scenes/trusted.ts'
import { openShop, type Shop } from './shop.ts'

/** A demo that hangs is a demo that failed. */
const WITHIN_MS = 55_000

/** Where `npm start` leaves the mesh, unless somebody is there already. */
const PORT = 8787
/** Where it takes edits of KV. */
const EDITS_PORT = 8793

const print = (line: string) => void process.stdout.write(`${line}\n`)
/** What a Worker wrote, or a record holds. */
const note = (text: string) => {
  for (const line of text.split('\n')) print(printable(line))
}

async function play(): Promise<boolean> {
  const startedAt = performance.now()
  const watchdog = setTimeout(() => {
    print(`\n✗ The demo did not end within ${WITHIN_MS / 1000} s.`)
    process.exit(1)
  }, WITHIN_MS)
  const tell = report(print, process.stdout.isTTY && !process.env.NO_COLOR)
  print('A shop on this machine, in workerd: order, customer and payment are Workers, bank is a Node server.')
  const shop = await openShop()
  try {
    for (const scene of [byName, trusted, moved, killed, failingHalf, deadline, dead, garbage, orders])
      await scene(shop, tell)
  } finally {
    await shop.close()
    clearTimeout(watchdog)
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  const { broken, claims } = tell
  if (broken.length === 0) {
    print(`\nAll ${claims} claims held, in ${seconds} s. npm start leaves it running, to try.`)
    return true
  }
  print(`\n${broken.length} of ${claims} claims did not hold, as scene and claim:`)
  for (const line of broken) print(`  ${line}`)
  return false
}

async function stay(): Promise<void> {
  const interrupted = interruption()
  const token = newToken()
  const shop = await openShop({ port: (await isFree(PORT)) ? PORT : 0, adminToken: token, note })
  const broken = faults(shop, adminClient({ url: shop.url, token }))
  const edits = await startEdits((await isFree(EDITS_PORT)) ? EDITS_PORT : 0, shop.put, {
    breakOne: async () => void (await broken.inject(broken.names[randomInt(broken.names.length)] ?? '')),
    mend: broken.mend,
  })
  const leave = browse(shop.call)
  await shop.put('payment@pr-7', shop.payment.url)
  print(`ready ${shop.url}

Try:
  curl ${shop.url}/svc/order/7
  curl -i -H 'selvedge-timeout-ms: 15' ${shop.url}/svc/order/7
  curl -i ${shop.url}/svc/nobody/

payment can be a Worker, a URL or a Lambda, by an edit of KV each, which the second call after ${shop.fresh} obeys:
${switches(shop, edits.url)}
Where the mesh is deployed, the same edit is npx wrangler kv key put --binding REGISTRY --remote services/payment '…'.
Or edit ${shop.registryFile}, and call again.

The first of these breaks something, which the dashboard shows; the second says what it was, and mends it:
  curl -X POST ${edits.url}/fault
  curl -X DELETE ${edits.url}/fault

The dashboard shows it alive (docs/dashboard.md): three calls a second come by themselves. The admin API is on (docs/admin-api.md),
with a token for this run:
  dashboard ${shop.url}/-/
  admin     token ${token}
  curl -H 'authorization: Bearer ${token}' ${shop.url}/-/api/v1/services/payment

A signed override sends your own requests to another record, three hops deep (docs/trust.md): payment@pr-7 is the Node server.
  npm run -s selvedge -- override payment=payment@pr-7 --url ${shop.url} --token ${token}
  curl -H 'baggage: …' ${shop.url}/svc/order/7

Ctrl-C ends it.
`)
  await interrupted
  await leave()
  await edits.close()
  await shop.close()
}

function switches(shop: Shop, edits: string): string {
  return Object.values(paymentRecords(shop))
    .map((record) => `  curl -X PUT ${edits}/services/payment -d '${record}'`)
    .join('\n')
}

try {
  if (process.argv.includes('--stay')) await stay()
  else if (!(await play())) process.exitCode = 1
} catch (error) {
  print(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exitCode = 1
}
