/** Of a service that fails: what to look at, in words, with the way there. */
import type { AdminClient, EndpointView, RevisionView } from '../../../admin/client.ts'
import { clock, usePulse } from '../../live/pulse.ts'
import { type Finding, findings } from '../../model/diagnosis.ts'
import { Ago, Panel, To } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly name: string
  readonly endpoints: readonly EndpointView[]
  readonly revisions: readonly RevisionView[]
}

const EVERY_MS = 5_000

/** It stands only while the service fails: only then is it asked whom it calls. */
export function Why({ client, name, endpoints, revisions }: Props) {
  const edges = usePulse(`edges of ${name}`, async () => (await client.edges('1m')).items, EVERY_MS)
  if (edges.value === undefined) return null
  const found = findings({ name, edges: edges.value, endpoints, revisions, nowMs: clock.peek() })
  return (
    <Panel title="Where to look" class="why" note="some of its calls fail">
      {found.length === 0 ? (
        <p>
          Its endpoints answer, nobody that it calls fails, and nothing was changed in the last half hour: look at what
          the mesh itself refused, below, and at single calls.
        </p>
      ) : (
        <ol>
          {found.map((one) => (
            <li key={one.kind}>
              <InWords finding={one} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function InWords({ finding }: { readonly finding: Finding }) {
  if (finding.kind === 'beneath')
    return (
      <>
        It calls{' '}
        {finding.names.map((name, at) => (
          <span key={name}>
            {at > 0 && ', '}
            <To route={{ page: 'service', name }}>{name}</To>
          </span>
        ))}
        , and these calls fail, too: <strong>look there first</strong>.
      </>
    )
  if (finding.kind === 'changed') {
    const { revision, message, author, at } = finding.revision
    return (
      <>
        <strong>Its record was changed</strong> <Ago at={at} />: r{revision}
        {message !== '' && ` “${message}”`}, by {author ?? 'somebody'}. If the curve bends at that line, open it under
        History, and roll back.
      </>
    )
  }
  const { failing, isAll } = finding
  return (
    <>
      <strong>{isAll ? 'All endpoints that were tried fail' : 'Some of its endpoints fail, and others do well'}</strong>
      :{' '}
      {failing.map(({ endpoint, failed }, at) => (
        <span key={endpoint}>
          {at > 0 && '; '}
          <code>{endpoint}</code> {reasonsOf(failed)}
        </span>
      ))}
      .
    </>
  )
}

const WORDS: Readonly<Record<string, string>> = {
  failure: 'answered with an error',
  timeout: 'did not answer in time',
  expired: 'had not answered when the caller’s time was up',
  unreachable: 'could not be reached, or closed the connection',
  refused: 'said that it is overloaded',
  unsent: 'was not asked',
}

function reasonsOf(failed: EndpointView['failed']): string {
  const told = Object.entries(failed)
    .sort(([, one], [, other]) => other - one)
    .map(([outcome, many]) => `${WORDS[outcome] ?? outcome} ${many === 1 ? 'once' : `${many} times`}`)
  return told.join(', ')
}
