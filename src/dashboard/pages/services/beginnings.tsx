/** Where several services fail: which of them it begins at, as who calls whom tells. */
import type { AdminClient } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { beginnings, isFailing } from '../../model/diagnosis.ts'
import type { ServiceRow } from '../../model/service-rows.ts'
import { To } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly rows: readonly ServiceRow[]
}

const EVERY_MS = 5_000
/** Names that are told at once. */
const MOST = 5

export function Beginnings({ client, rows }: Props) {
  const failing = rows.flatMap(({ name, numbers }) => (name !== '' && isFailing(numbers?.success) ? name : []))
  return failing.length === 0 ? null : <Begins client={client} failing={failing} />
}

function Begins({ client, failing }: { readonly client: AdminClient; readonly failing: readonly string[] }) {
  const edges = usePulse('edges', async () => (await client.edges('1m')).items, EVERY_MS)
  if (edges.value === undefined) return null
  const first = beginnings(failing, edges.value)
  return (
    <p class="notice failing" role="status">
      <strong>{failing.length === 1 ? 'One service fails.' : `${failing.length} services fail.`}</strong>
      <span>
        It begins at{' '}
        {first.slice(0, MOST).map((name, at) => (
          <span key={name}>
            {at > 0 && ', '}
            <To route={{ page: 'service', name }}>{name}</To>
          </span>
        ))}
        {first.length > MOST && ` and ${first.length - MOST} more`}: no other that{' '}
        {first.length === 1 ? 'it calls' : 'they call'} fails. Its page says where to look.
      </span>
    </p>
  )
}
