/** What went wrong in the last minute, by the mesh's own names for it. */
import type { StatView } from '../../../admin/client.ts'
import { count } from '../../model/format.ts'
import { Panel } from '../../parts/words.tsx'

export function Faults({ numbers }: { readonly numbers: StatView | undefined }) {
  const errors = Object.entries(numbers?.errors ?? {})
  const refused = Object.entries(numbers?.refused ?? {})
  if (errors.length === 0 && refused.length === 0) return null
  return (
    <Panel title="What went wrong" note="in the last minute">
      <div class="faults">
        {errors.length > 0 && <Counts title="Errors of the mesh, by code" all={errors} />}
        {refused.length > 0 && <Counts title="Why attempts were not retried" all={refused} />}
      </div>
    </Panel>
  )
}

function Counts({ title, all }: { readonly title: string; readonly all: readonly (readonly [string, number])[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul class="counts">
        {[...all]
          .sort(([, one], [, other]) => other - one)
          .map(([code, n]) => (
            <li key={code}>
              <code>{code}</code> <strong>{count(n)}</strong>
            </li>
          ))}
      </ul>
    </div>
  )
}
