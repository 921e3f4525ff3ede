/** That isolates leave an endpoint alone: how many, for what, and when one of them tries it again. */
import { useComputed } from '@preact/signals'
import type { EjectedView } from '../../../admin/client.ts'
import { clock } from '../../live/pulse.ts'
import { age } from '../../model/format.ts'
import { Ago } from '../../parts/words.tsx'

const WORDS = {
  faults: 'it did not answer, or a gateway answered for it',
  errors: 'it answered with errors',
  refusals: 'it turned requests away',
} as const

export function Ejected({ ejected: { isolates, of, because, since, probeAt } }: { readonly ejected: EjectedView }) {
  const reasons = (['faults', 'errors', 'refusals'] as const).filter((reason) => because[reason] !== undefined)
  const probe = useComputed(() => {
    const inMs = Date.parse(probeAt) - clock.value
    return inMs < 1_000 ? 'with the next call' : `in ${age(inMs)}`
  })
  return (
    <span class="ejected">
      <strong>
        <span aria-hidden="true">■ </span>
        ejected by{' '}
        {isolates === of ? (of === 1 ? 'the one isolate' : `all ${of} isolates`) : `${isolates} of ${of} isolates`}
      </strong>
      <small>
        {reasons.map((reason) => WORDS[reason]).join('; ')}; since <Ago at={since} />; probed {probe}
      </small>
    </span>
  )
}
