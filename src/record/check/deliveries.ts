/** What a record asks of those who consume its queues, and the Worker that does so does not give. */
import type { KnownTarget } from '../../targets/kinds.ts'
import { deliveryPolicy } from '../../targets/queue/delivery.ts'
import type { ServiceRecord } from '../record.ts'

/** Queues of a Worker, as its configuration has them. */
export interface Queues {
  /** The queue behind each binding. */
  readonly produced: ReadonlyMap<string, string>
  /** By the name of the queue. */
  readonly consumed: ReadonlyMap<string, Consumer>
}

export interface Consumer {
  readonly maxRetries: number
  /** The queue to which the platform takes what it gives up. */
  readonly deadLetterQueue: string | undefined
}

export interface DeliveryFinding {
  readonly severity: 'error' | 'note'
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Is what it takes brought to a name: a queue with `deliverTo`, or a topic? */
export function isDelivered(target: KnownTarget): target is KnownTarget<'queue' | 'topic'> {
  return target.kind === 'topic' || (target.kind === 'queue' && target.deliverTo !== undefined)
}

/** @param isKept has that Worker a place for dead letters of which no record says where? */
export function deliveryFindings(
  { endpoints }: ServiceRecord,
  { produced, consumed }: Queues,
  isKept: boolean,
): DeliveryFinding[] {
  return endpoints.flatMap(({ target }, index): DeliveryFinding[] => {
    if (!isDelivered(target)) return []
    const path = ['endpoints', index]
    const note = (message: string): DeliveryFinding => ({ severity: 'note', path, message })
    const queue = produced.get(target.binding)
    if (queue === undefined) return []
    const consumer = consumed.get(queue)
    if (!consumer) {
      return [
        note(`"${queue}" has no consumer in this configuration: another Worker delivers what it brings, or none.`),
      ]
    }
    const findings: DeliveryFinding[] = []
    // Of a topic its subscriptions say it, each for itself.
    const { attempts, deadLetter } = deliveryPolicy('delivery' in target ? target.delivery : undefined)
    if (consumer.maxRetries < attempts - 1) {
      const message = `is delivered ${attempts} times, and the consumer of "${queue}" has max_retries = ${consumer.maxRetries}: the platform takes messages out after ${consumer.maxRetries + 1} deliveries, without a reason. Write max_retries = 100.`
      findings.push({ severity: 'error', path, message })
    }
    if (consumer.deadLetterQueue === undefined) {
      findings.push(
        note(`The consumer of "${queue}" has no dead_letter_queue: what ends its consumer again and again is lost.`),
      )
    }
    if (!isKept && deadLetter === undefined) {
      findings.push(
        note('This Worker has no DEAD_LETTERS: what cannot be delivered comes again until the platform takes it out.'),
      )
    }
    return findings
  })
}
