/** The metrics of queues: what waits in them, and what could not be delivered. */
import type { LetterCount } from '../../durable/letters/letters-engine.ts'
import type { QueueSeen } from '../../durable/stats/queue-book.ts'
import type { Family } from '../../telemetry/exposition.ts'

/** As in docs/observability.md. */
export const QUEUE_METRICS = [
  { name: 'selvedge_queue_backlog', help: 'Messages that waited in a queue when it last brought some.' },
  {
    name: 'selvedge_queue_oldest_seconds',
    unit: 'seconds',
    help: 'How long the oldest of them had waited.',
  },
  { name: 'selvedge_dead_letters', help: 'Dead letters that wait for somebody, by queue and reason.' },
  {
    name: 'selvedge_dead_letter_oldest_seconds',
    unit: 'seconds',
    help: 'How long the first of them has waited.',
  },
] as const

export function queueMetricsOf(queues: readonly QueueSeen[], letters: readonly LetterCount[], now: number): Family[] {
  const [backlog, oldest, dead, first] = QUEUE_METRICS
  const gauge = 'gauge' as const
  return [
    { ...backlog, type: gauge, samples: queues.map(({ queue, backlog: value }) => ({ labels: { queue }, value })) },
    {
      ...oldest,
      type: gauge,
      samples: queues.map(({ queue, oldestMs }) => ({ labels: { queue }, value: oldestMs / 1000 })),
    },
    {
      ...dead,
      type: gauge,
      samples: letters.map(({ queue, reason, letters: value }) => ({ labels: { queue, reason }, value })),
    },
    {
      ...first,
      type: gauge,
      samples: letters.map(({ queue, reason, oldestAt }) => ({
        labels: { queue, reason },
        value: Math.max(0, now - oldestAt) / 1000,
      })),
    },
  ]
}
