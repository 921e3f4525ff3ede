/** The metrics of sagas, from the list of them. */
import type { SagaCount } from '../../durable/sagas/saga-book.ts'
import type { Family } from '../../telemetry/exposition.ts'

/** As in docs/observability.md. */
export const SAGA_METRICS = [
  { name: 'selvedge_sagas', help: 'Sagas that are listed, by how they stand.' },
  {
    name: 'selvedge_saga_parked_seconds',
    unit: 'seconds',
    help: 'How long the first of those that are parked has waited for a decision.',
  },
] as const

export function sagaMetricsOf(counts: readonly SagaCount[], now: number): Family[] {
  const [listed, parked] = SAGA_METRICS
  const labelsOf = ({ saga, version, state }: SagaCount) => ({ saga, version: String(version), state })
  return [
    { ...listed, type: 'gauge', samples: counts.map((one) => ({ labels: labelsOf(one), value: one.count })) },
    {
      ...parked,
      type: 'gauge',
      samples: counts.flatMap((one) => {
        const { saga, version, parkedAt } = one
        if (parkedAt === null) return []
        return [{ labels: { saga, version: String(version) }, value: Math.max(0, now - parkedAt) / 1000 }]
      }),
    },
  ]
}
