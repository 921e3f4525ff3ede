/** What a signature adds to a call, as CPU of workerd: the ways take turns, so that a busy machine is busy for all. */
import { bundles } from './bundle.ts'
import { workerdConfig } from './config.ts'
import { lowerQuartile } from './statistics.ts'
import type { Way } from './variants/signing.ts'
import { startWorkerd } from './workerd.ts'

const WAYS = ['plain', 'control', 'signed', 'aws4fetch'] as const satisfies readonly Way[]
/** Content of a call, in bytes: none, an event of a small request, one of a large. */
const SIZES = [0, 1000, 100_000]
const CALLS = 1000
const ROUNDS = 40
/** Microseconds, of the event of a small request. */
const MOST_US = 200

const workerd = await startWorkerd(
  workerdConfig({ signing: { code: 'signing.js' } }, 'signing'),
  await bundles(['signing']),
)
try {
  let isOver = false
  for (const bytes of SIZES) {
    const us = await measured(bytes)
    const added = us.signed - us.plain
    const verdict = bytes !== 1000 ? '' : added <= MOST_US ? `  <= ${MOST_US} us  ok` : `  <= ${MOST_US} us  OVER`
    isOver ||= verdict.endsWith('OVER')
    console.log(
      `${bytes} bytes: signing adds ${added.toFixed(1)} us CPU (control ${(us.control - us.plain).toFixed(1)}, aws4fetch alone ${(us.aws4fetch - us.plain).toFixed(1)}; ours over its ${(added / (us.aws4fetch - us.plain)).toFixed(2)})${verdict}`,
    )
  }
  process.exitCode = isOver ? 1 : 0
} finally {
  await workerd.stop()
}

/** Microseconds a call, of each way: the lower quartile of the rounds. */
async function measured(bytes: number): Promise<Record<Way, number>> {
  const us = new Map<Way, number[]>(WAYS.map((way) => [way, []]))
  for (let round = -5; round < ROUNDS; round++) {
    for (const way of WAYS) {
      const before = workerd.cpuUs()
      const answer = await fetch(workerd.url, { method: 'POST', body: JSON.stringify({ way, calls: CALLS, bytes }) })
      const { sent } = (await answer.json()) as { sent: number }
      if (sent !== CALLS) throw new Error(`${sent} calls of ${CALLS} were sent.`)
      // The first rounds warm up.
      if (round >= 0) us.get(way)?.push((workerd.cpuUs() - before) / CALLS)
    }
  }
  return Object.fromEntries([...us].map(([way, all]) => [way, lowerQuartile(all)])) as Record<Way, number>
}
