/** A Queue: what is sent is accepted, not answered. */
import * as v from 'valibot'
import { headerName } from '../../schema/http.ts'
import { list, object } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'
import type { Kind } from '../kind.ts'

export interface WrittenQueue {
  queue: { binding: string; keep?: readonly string[] | undefined }
}

export interface QueueTarget {
  readonly kind: 'queue'
  readonly binding: string
  /** Headers that may rest in the queue though they are credentials, in lower case. */
  readonly keep?: readonly string[] | undefined
}

export const queue: Kind<WrittenQueue, QueueTarget> = {
  form: (placing) =>
    object({
      queue: object({ binding: bindingName('a queue'), keep: v.optional(list(headerName(), 'headers', 16)) }),
      ...placing,
    }),
  targetOf: ({ queue: { binding, keep } }) => ({
    kind: 'queue',
    binding,
    ...(keep && { keep: keep.map((name) => name.toLowerCase()) }),
  }),
  nameOf: ({ binding }) => binding,
  traitsOf: () => ({ neverSettles: true }),
  section: 'queues.producers',
}
