/** A saga: a POST starts one, in a Workflow. */
import { object, text } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'
import type { Kind } from '../kind.ts'

/** As `saga()` of selvedge/saga takes it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

export interface WrittenSaga {
  saga: { binding: string; saga: string }
}

export interface SagaTarget {
  readonly kind: 'saga'
  readonly binding: string
  /** Which saga of the Workflow. */
  readonly saga: string
}

export const saga: Kind<WrittenSaga, SagaTarget> = {
  form: (placing) =>
    object({
      saga: object({ binding: bindingName('a Workflow'), saga: text(NAME, 'the name of a saga') }),
      ...placing,
    }),
  targetOf: ({ saga }) => ({ kind: 'saga', ...saga }),
  nameOf: ({ binding, saga }) => `${binding}/${saga}`,
  section: 'workflows',
}
