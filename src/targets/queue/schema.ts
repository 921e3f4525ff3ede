/** A Queue: what is sent is accepted, not answered. What it brings may be delivered to a name. */
import * as v from 'valibot'
import { isServiceName } from '../../core/endpoint.ts'
import { headerName } from '../../schema/http.ts'
import { list, must, object, text } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'
import type { Kind } from '../kind.ts'
import { delivery, span, type WrittenDelivery } from './delivery.ts'

export interface WrittenQueue {
  queue: {
    binding: string
    keep?: readonly string[] | undefined
    deliverTo?: string | undefined
    delay?: string | undefined
    delivery?: WrittenDelivery | undefined
  }
}

export interface QueueTarget {
  readonly kind: 'queue'
  readonly binding: string
  /** Headers that may rest in the queue though they are credentials, in lower case. */
  readonly keep?: readonly string[] | undefined
  /** The service that gets what the queue brings; `undefined`: a consumer of the operator's own does. */
  readonly deliverTo?: string | undefined
  /** How long a message rests at first. */
  readonly delay?: string | undefined
  readonly delivery?: WrittenDelivery | undefined
}

export const queue: Kind<WrittenQueue, QueueTarget> = {
  form: (placing) =>
    object({
      queue: v.pipe(
        object({
          binding: bindingName('a queue'),
          keep: v.optional(list(headerName(), 'headers', 16)),
          deliverTo: v.optional(text(isServiceName, 'the name of a service')),
          delay: span('0s', '12h'),
          delivery: v.optional(delivery()),
        }),
        must(({ deliverTo, delivery }) => !delivery || !!deliverTo, '"deliverTo" where there is "delivery"'),
      ),
      ...placing,
    }),
  targetOf: ({ queue: { keep, ...written } }) => ({
    kind: 'queue',
    ...written,
    ...(keep && { keep: keep.map((name) => name.toLowerCase()) }),
  }),
  nameOf: ({ binding }) => binding,
  traitsOf: () => ({ neverSettles: true }),
  section: 'queues.producers',
}
