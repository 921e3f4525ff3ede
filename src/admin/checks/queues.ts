/** Checks of what queues bring: is it delivered as often as records say, is it kept where it cannot be, and does somebody look. */
import { type DeliveryFinding, deliveryFindings, isDelivered } from '../../record/check/deliveries.ts'
import type { Check, Finding } from './check.ts'
import { parsedOf } from './parsed.ts'
import type { Seen } from './seen.ts'

const DAY_MS = 86_400_000

export const QUEUES: readonly Check[] = [
  {
    id: 'queues-are-delivered',
    group: 'records',
    title: 'what delivers queues does so as often as records say',
    hint: 'Set max_retries = 100 and a dead_letter_queue under queues.consumers of the Worker that delivers (docs/queues.md).',
    find({ records, mesh }) {
      const queues = mesh?.given.queues
      if (!queues) return undefined
      return parsedOf(records).flatMap(([name, record]) =>
        deliveryFindings(record, queues, true).map((found) => findingOf(name, found)),
      )
    },
  },
  {
    id: 'dead-letters-are-kept',
    group: 'records',
    title: 'what queues cannot deliver is kept somewhere',
    hint: 'Bind DEAD_LETTERS of the control plane in the Worker that delivers (docs/queues.md).',
    find({ records, mesh, control }) {
      if (!mesh && !control) return undefined
      const isKept = control?.has.has('DEAD_LETTERS') || mesh?.kinds?.DEAD_LETTERS !== undefined || isGiven(mesh)
      if (isKept) return []
      return parsedOf(records).flatMap(([name, { endpoints }]) =>
        endpoints.flatMap(({ target }, index): Finding[] => {
          if (!isDelivered(target) || ('delivery' in target && target.delivery?.deadLetter !== undefined)) return []
          const message =
            'is delivered, and what cannot be is kept nowhere: no Worker that is seen here has DEAD_LETTERS.'
          return [{ severity: 'warning', name, path: ['endpoints', index], message }]
        }),
      )
    },
  },
  {
    id: 'no-dead-letter-waits-long',
    group: 'records',
    title: 'no dead letter waits for more than a day',
    hint: '`selvedge dead list` has them; mend what refused them and redrive them, or drop them.',
    find({ letters, now }) {
      if (!letters || now === undefined) return undefined
      if ('failure' in letters)
        return [{ severity: 'warning', message: `The object of dead letters does not answer: ${letters.failure}` }]
      return letters.answer
        .filter(({ oldestAt }) => now - oldestAt > DAY_MS)
        .map(({ queue, reason, letters, oldestAt }): Finding => {
          const days = Math.floor((now - oldestAt) / DAY_MS)
          const message = `${letters} of "${queue}" (${reason}) wait, the oldest for ${days} ${days === 1 ? 'day' : 'days'}: after 14 they are gone.`
          return { severity: 'warning', message }
        })
    },
  },
]

function isGiven(mesh: Seen['mesh']): boolean {
  return mesh?.given.bindings.has('DEAD_LETTERS') === true
}

function findingOf(name: string, { severity, path, message }: DeliveryFinding): Finding {
  return { severity: severity === 'note' ? 'warning' : 'error', name, path, message }
}
