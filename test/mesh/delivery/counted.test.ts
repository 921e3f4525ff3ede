/** What became of deliveries is counted, told in digests, and read as metrics; and what waits in queues with it. */
import { describe, expect, it } from 'vitest'
import { queueMetricsOf } from '../../../src/admin/letters/metrics.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { statsEngine } from '../../../src/durable/stats/stats-engine.ts'
import { counting } from '../../../src/mesh/counting.ts'
import { metricsOf } from '../../../src/telemetry/numbers/metrics.ts'
import { numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { type GivenQueue, givenEnvelope, givenMessage, givenQueue, NOW } from '../../support/given-queue.ts'
import { nodeStore } from '../../support/node-store.ts'

function givenCounted(given: GivenQueue = {}) {
  const counted = numbers()
  const queue = givenQueue({ ...given, options: { counting: counting(counted) } })
  return { ...queue, take: () => counted.take() }
}

const at = (message: ReturnType<typeof givenMessage>, ms: number) => ({ ...message, timestamp: new Date(NOW - ms) })

describe('what becomes of a delivery', () => {
  it('is counted by receiver and queue, and how long what was taken has waited', async () => {
    let status = 204
    const { bring, take } = givenCounted({ answer: () => new Response(null, { status }) })
    await bring(at(givenMessage(), 1500))
    status = 503
    await bring(givenMessage())
    status = 422
    await bring(givenMessage(), givenMessage(givenEnvelope({ expirytime: new Date(NOW - 60_000).toISOString() })))
    const { resizer } = take()?.services ?? {}
    // acked, retried, dead, duplicate, expired
    expect(resizer?.deliveries).toEqual({ jobs: [1, 1, 1, 0, 1] })
    expect(resizer?.lag).toMatchObject({ sum: 1500 })
    expect(take()).toBeUndefined()
  })

  it('is counted under no name where the receiver is not known: nobody makes series by inventing names', async () => {
    const { bring, take } = givenCounted()
    await bring(givenMessage('what is this'))
    expect(take()?.services['']?.deliveries).toEqual({ jobs: [0, 0, 1] })
  })

  it('is told with what waits in the queue', async () => {
    const { deliver, env, ctx, clock, take } = givenCounted()
    const metadata = { metrics: { backlogCount: 7, backlogBytes: 1, oldestMessageTimestamp: new Date(NOW - 9000) } }
    await clock.run(deliver({ queue: 'jobs', messages: [givenMessage()], metadata }, env, ctx))
    expect(take()?.queues).toEqual({ jobs: { backlog: 7, oldestMs: 9000 } })
  })

  it('is summed up over isolates, and read as metrics', async () => {
    const clock = virtualClock({ startAt: NOW })
    const stats = statsEngine({ store: nodeStore(), clock })
    for (const [index, outcome] of (['acked', 'acked', 'retried'] as const).entries()) {
      const counted = numbers()
      counted.delivered('resizer', 'jobs', outcome, 2000)
      counted.waiting('jobs', { backlog: index, oldestMs: index * 1000 })
      expect(stats.digest({ isolate: `i${index}`, sequence: 1, numbers: counted.take() })).toBe(true)
    }
    const { services, isolates, queues } = stats.totals()
    const families = [...metricsOf(services, isolates), ...queueMetricsOf(queues, [], NOW)]
    const samplesOf = (name: string) => families.find((family) => family.name === name)?.samples
    const labels = { service: 'resizer', reporter: 'mesh', queue: 'jobs' }
    expect(samplesOf('selvedge_deliveries')).toEqual([
      { labels: { ...labels, outcome: 'acked' }, value: 2 },
      { labels: { ...labels, outcome: 'retried' }, value: 1 },
    ])
    expect(samplesOf('selvedge_delivery_lag_seconds')).toMatchObject([{ count: 2, sum: 4 }])
    expect(samplesOf('selvedge_queue_backlog')).toEqual([{ labels: { queue: 'jobs' }, value: 2 }])
    expect(samplesOf('selvedge_queue_oldest_seconds')).toEqual([{ labels: { queue: 'jobs' }, value: 2 }])
    await clock.advance(300_000)
    expect(stats.totals().queues).toEqual([])
  })

  it('is refused by the object where it makes no sense', () => {
    const stats = statsEngine({ store: nodeStore(), clock: virtualClock() })
    const counted = numbers()
    counted.delivered('resizer', 'jobs', 'acked', 1)
    const digest = { isolate: 'a', sequence: 1, numbers: counted.take() }
    const queues = { jobs: { backlog: -1, oldestMs: 0 } }
    expect(stats.digest({ ...digest, numbers: digest.numbers && { ...digest.numbers, queues } })).toBe(false)
    expect(stats.digest(digest)).toBe(true)
  })
})

describe('dead letters', () => {
  it('are read as metrics', () => {
    const families = queueMetricsOf([], [{ queue: 'jobs', reason: 'gone', letters: 3, oldestAt: NOW - 5000 }], NOW)
    expect(families.map(({ name, samples }) => [name, samples[0]])).toEqual([
      ['selvedge_queue_backlog', undefined],
      ['selvedge_queue_oldest_seconds', undefined],
      ['selvedge_dead_letters', { labels: { queue: 'jobs', reason: 'gone' }, value: 3 }],
      ['selvedge_dead_letter_oldest_seconds', { labels: { queue: 'jobs', reason: 'gone' }, value: 5 }],
    ])
  })
})
