/** One service: how it goes, what changed, where it leads, and what it was. */
import { useState } from 'preact/hooks'
import type { AdminClient, DescriptionView, EndpointView, StatView } from '../../admin/client.ts'
import { usePulse } from '../live/pulse.ts'
import { isFailing } from '../model/diagnosis.ts'
import { count, duration, rate, share } from '../model/format.ts'
import { healthOf, kindOf } from '../model/service-rows.ts'
import { written } from '../model/written.ts'
import { type Counted, counted, NoNumbers, NumberHead } from '../parts/numbers.tsx'
import { Answer, Empty, Stale } from '../parts/state.tsx'
import { Ago, Figure, Panel, State, To, Wide } from '../parts/words.tsx'
import { Calls } from './service/calls.tsx'
import { Charts } from './service/charts.tsx'
import { Endpoints, Leads } from './service/endpoints.tsx'
import { Faults } from './service/faults.tsx'
import { History } from './service/history.tsx'
import { Policy } from './service/policy.tsx'
import { Why } from './service/why.tsx'

const EVERY_MS = 5_000

interface Props {
  readonly client: AdminClient
  readonly name: string
}

export interface Numbers {
  readonly service: StatView | undefined
  readonly endpoints: readonly EndpointView[]
  readonly rules: readonly StatView[]
  readonly callers: readonly StatView[]
}

/** What is known of it, gone through in one breath. */
async function numbersOf(client: AdminClient, service: string): Promise<Numbers> {
  const by = async (by: 'service' | 'rule' | 'caller') => (await client.stats({ window: '1m', by, service })).items
  const [[own], endpoints, rules, callers] = await Promise.all([
    by('service'),
    client.endpoints(service),
    by('rule'),
    by('caller'),
  ])
  return { service: own, endpoints: endpoints.items, rules, callers }
}

export function Service({ client, name }: Props) {
  const described = usePulse(`describe ${name}`, async () => (await client.describe(name)) ?? null, EVERY_MS)
  const history = usePulse(`history ${name}`, async () => (await client.history(name, { limit: 100 })).items, EVERY_MS)
  const numbers = usePulse(`numbers ${name}`, () => counted(numbersOf(client, name)), EVERY_MS)
  const again = () => {
    described.again()
    history.again()
  }
  return (
    <Answer of={described} what="records">
      {(view) => (
        <>
          <Head name={name} view={view} />
          {view?.refused !== undefined && (
            <p class="notice unreachable" role="alert">
              <strong>The mesh does not understand this record.</strong>
              <span>{view.refused}</span>
            </p>
          )}
          <NoNumbers of={numbers} />
          {numbers.error !== undefined && numbers.value !== null && <Stale of={numbers} what="numbers" />}
          {numbers.value && <Golden numbers={numbers.value} />}
          {numbers.value && isFailing(numbers.value.service?.success) && (
            <Why client={client} name={name} endpoints={numbers.value.endpoints} revisions={history.value ?? []} />
          )}
          {numbers.value !== null && <Charts client={client} name={name} changes={history.value ?? []} />}
          {numbers.value && <Faults numbers={numbers.value.service} />}
          {view && <Body view={view} numbers={numbers.value} />}
          {numbers.value !== null && <Calls client={client} name={name} />}
          <Answer of={history} what="revisions">
            {(revisions) => <History client={client} name={name} revisions={revisions} again={again} />}
          </Answer>
        </>
      )}
    </Answer>
  )
}

function Head({ name, view }: { readonly name: string; readonly view: DescriptionView | null }) {
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <To route={{ page: 'services' }}>Services</To> <span aria-hidden="true">›</span>
      </nav>
      <div class="title">
        <h1>{name}</h1>
        {view && <State state={view.state} />}
        <span class="grow" />
        <To class="button" route={{ page: 'resolve', name }}>
          Resolve
        </To>
        <To class="button main" route={{ page: 'edit', name }}>
          {view ? 'Edit' : 'Write a record'}
        </To>
      </div>
      {view ? (
        <p class="lead">
          {kindOf(view.record)} · revision {view.revision}, <Ago at={view.at} /> by {view.author ?? 'somebody'}
          {view.message !== '' && <> · “{view.message}”</>}
        </p>
      ) : (
        <Empty title={`No record is called “${name}”.`}>
          It may have been deleted: its history is below. Calls that come to it are answered by a wildcard, or by 404.
        </Empty>
      )}
    </>
  )
}

function Golden({ numbers: { service } }: { readonly numbers: Numbers }) {
  return (
    <dl class="figures">
      <Figure
        label="Requests a second"
        value={rate(service?.rps ?? 0)}
        note={`${count(service?.requests ?? 0)} in the last minute`}
      />
      <Figure label="Success" value={share(service?.success)} health={healthOf(service?.success)} />
      <Figure label="p50" value={duration(service?.p50Ms)} />
      <Figure label="p95" value={duration(service?.p95Ms)} />
      <Figure label="p99" value={duration(service?.p99Ms)} />
      <Figure label="Retries" value={share(service?.retries)} note={`of attempts${budgetOf(service?.budgetLeft)}`} />
    </dl>
  )
}

/** Of the isolate that has least. */
function budgetOf(left: number | undefined): string {
  return left === undefined ? '' : `; the budget pays for ${left.toFixed(1)} more`
}

function Body({ view, numbers }: { readonly view: DescriptionView; readonly numbers: Counted<Numbers> | undefined }) {
  const [isWhole, setWhole] = useState(false)
  const text = written(view.record)
  return (
    <div class="columns">
      <div>
        <Endpoints view={view} numbers={numbers?.endpoints ?? []} />
        <Leads view={view} stats={numbers?.rules ?? []} />
        <Callers view={view} stats={numbers?.callers ?? []} />
      </div>
      <div>
        <Policy values={view.policy} alias={view.alias} />
        <Panel title="Record" note="as it stands in KV">
          <Wide label="The record">
            <pre class={isWhole ? 'json' : 'json short'}>
              <code>{text}</code>
            </pre>
          </Wide>
          {text.split('\n').length > 14 && (
            <button type="button" class="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
              {isWhole ? 'Show less' : 'Show all of it'}
            </button>
          )}
        </Panel>
      </div>
    </div>
  )
}

function Callers({ view, stats }: { readonly view: DescriptionView; readonly stats: readonly StatView[] }) {
  return (
    <Panel title="Who calls it" note="in the last minute">
      {stats.length === 0 ? (
        <p class="quiet-text">Nobody called.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Caller</th>
              <NumberHead>Requests/s</NumberHead>
              <NumberHead>Success</NumberHead>
            </tr>
          </thead>
          <tbody>
            {stats.map(({ caller = '', rps, success }) => (
              <tr key={caller}>
                <th scope="row">
                  {caller === '' ? <em>strangers</em> : <To route={{ page: 'service', name: caller }}>{caller}</To>}
                </th>
                <td class="number">{rate(rps)}</td>
                <td class={`number success ${healthOf(success)}`}>{share(success)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {view.referredBy.length > 0 && (
        <p class="quiet-text">
          Records that refer to it:{' '}
          {view.referredBy.map(({ name, path }, at) => (
            <span key={`${name} ${path.join('.')}`}>
              {at > 0 && ', '}
              <To route={{ page: 'service', name }}>{name}</To> <code>{path.join('.')}</code>
            </span>
          ))}
        </p>
      )}
    </Panel>
  )
}
