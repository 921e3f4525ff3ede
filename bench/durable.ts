/** What the helpers of `selvedge/durable` cost in an object: microseconds over a bare transaction, calls a second, rows a second. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundles } from './bundle.ts'
import { atLeast, atMost, type Section } from './report.ts'
import { median } from './statistics.ts'
import type { Asked, Told, Way } from './variants/durable.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

const ROWS: readonly { readonly way: Way; readonly title: string }[] = [
  { way: 'bare', title: 'a transaction with one row' },
  { way: 'outbox', title: 'with its event in the outbox' },
  { way: 'once', title: 'once, of a new id' },
  { way: 'again', title: 'once, of an id that was' },
  { way: 'in order', title: 'inOrder, of one that is its turn' },
  { way: 'participant', title: 'a step of a participant' },
]

/** Transactions in one loop. */
const TIMES = 2_000
/** Calls of the object from outside. */
const CALLS = 2_000
const AT_ONCE = 20
/** Rows that are sent together. */
const RELAYED = 5_000

/** What they may add to a transaction, in microseconds; and what one object must bear. */
const ONCE_US = 10
const IN_ORDER_US = 25
const CALLS_A_SECOND = 1_000
const ROWS_A_SECOND = 10_000

const config = (objects: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "durable", worker = (
      modules = [(name = "durable.js", esModule = embed "durable.js")],
      compatibilityDate = "2026-10-01",
      bindings = [(name = "ORDERS", durableObjectNamespace = "Orders")],
      durableObjectNamespaces = [(className = "Orders", uniqueKey = "orders", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"))),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "durable")],
);
`

export async function measureDurable(rounds: number, say: (line: string) => void): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-durable-'))
  const workerd = await startWorkerd(config(folder), await bundles(['durable']))
  try {
    await asked(workerd, { kind: 'prepare' })
    const us = new Map<Way, number[]>(ROWS.map(({ way }) => [way, []]))
    say(`durable: ${rounds} rounds of ${TIMES} transactions each way`)
    // The first rounds are for the compiler.
    for (let round = -2; round < rounds; round++) {
      for (const { way } of ROWS) {
        const before = workerd.cpuUs()
        await asked(workerd, { kind: 'measure', way, times: TIMES })
        if (round >= 0) us.get(way)?.push((workerd.cpuUs() - before) / TIMES)
      }
      await asked(workerd, { kind: 'relay' })
    }
    say(`durable: ${CALLS} calls of one object, ${AT_ONCE} at once`)
    const called = (way: 'bare' | 'outbox') => asked(workerd, { kind: 'calls', way, times: CALLS, atOnce: AT_ONCE })
    const bare = (await called('bare')) as Told
    const calls = (await called('outbox')) as Told
    await asked(workerd, { kind: 'relay' })
    await asked(workerd, { kind: 'measure', way: 'outbox', times: RELAYED })
    const relayed = (await asked(workerd, { kind: 'relay' })) as Told & { rows: number }
    const of = (way: Way) => median(us.get(way) ?? [])
    const added = (way: Way) => of(way) - of('bare')
    const perSecond = (count: number, { ms }: Told) => (count * 1000) / ms
    const ratio = calls.ms / bare.ms
    return {
      title: `selvedge/durable: µs CPU a transaction within one object, on disk, median of ${rounds} rounds`,
      table: [
        ['', 'µs', 'added', 'x'],
        ...ROWS.map(({ way, title }) => [
          title,
          of(way).toFixed(1),
          added(way).toFixed(1),
          (of(way) / of('bare')).toFixed(2),
        ]),
      ],
      checks: [
        atMost('µs that once adds', added('once'), ONCE_US),
        atMost('µs that inOrder adds', added('in order'), IN_ORDER_US),
        atLeast(
          'calls a second of one object, each a transaction with its event',
          perSecond(CALLS, calls),
          CALLS_A_SECOND,
          // Each waits for the disk: where a bare one has no more, nothing is said of an outbox.
          perSecond(CALLS, bare) >= 2 * CALLS_A_SECOND,
        ),
        atLeast('rows a second that one object relays', perSecond(relayed.rows, relayed), ROWS_A_SECOND),
      ],
      notes: [
        `A call of the object takes ${ratio.toFixed(2)} times as long with an event as without one; without, ${perSecond(CALLS, bare).toFixed(0)} a second.`,
        `${relayed.rows} rows were relayed, to a queue that takes all at once.`,
      ],
    }
  } finally {
    await workerd.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function asked(workerd: Workerd, what: Asked): Promise<unknown> {
  const answer = await fetch(workerd.url, { method: 'POST', body: JSON.stringify(what) })
  if (!answer.ok) throw new Error(`${JSON.stringify(what)}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
