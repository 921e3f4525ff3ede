/** Where a service answers and how each place does, and where its rules lead. */

import type { DescriptionView, EndpointView, StatView } from '../../../admin/client.ts'
import { duration, NOTHING, rate, share } from '../../model/format.ts'
import { healthOf } from '../../model/service-rows.ts'
import { NumberHead } from '../../parts/numbers.tsx'
import { Panel, To, Wide } from '../../parts/words.tsx'
import { Ejected } from './ejected.tsx'

interface Props {
  readonly view: DescriptionView
  readonly numbers: readonly EndpointView[]
}

export function Endpoints({ view: { candidates, rules, alias }, numbers: all }: Props) {
  const numbers = new Map(all.map((one) => [one.endpoint, one]))
  const known = new Set(candidates.map(({ endpoint }) => endpoint))
  const others = all.filter(({ endpoint }) => !known.has(endpoint))
  const isElsewhere = rules.length > 0 || alias !== undefined
  if (candidates.length === 0 && others.length === 0)
    return (
      <Panel title="Endpoints">
        <p class="quiet-text">It has none of its own: its rules or its alias lead elsewhere.</p>
      </Panel>
    )
  return (
    <Panel title="Endpoints" note="in the last minute">
      <Wide label="Endpoints and their numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">State</th>
              <NumberHead>Weight</NumberHead>
              <NumberHead>Requests/s</NumberHead>
              <NumberHead>Success</NumberHead>
              <NumberHead>p50</NumberHead>
              <NumberHead>p95</NumberHead>
            </tr>
          </thead>
          <tbody>
            {candidates.map(({ endpoint, kind, weight, state, because, locality }) => (
              <tr key={endpoint}>
                <th scope="row">
                  <code>{endpoint}</code>{' '}
                  <small>
                    {kind}
                    {locality !== undefined && `, ${locality}`}
                  </small>
                </th>
                <StateOf ejected={numbers.get(endpoint)?.ejected} state={state} because={because} />
                <td class="number">{weight}</td>
                <Measured numbers={numbers.get(endpoint)} />
              </tr>
            ))}
            {others.map((one) => (
              <tr key={one.endpoint}>
                <th scope="row">
                  <code>{one.endpoint}</code>
                </th>
                <StateOf
                  ejected={one.ejected}
                  state={isElsewhere ? 'of a name that it leads to' : 'no longer in the record'}
                />
                <td class="number">{NOTHING}</td>
                <Measured numbers={one} />
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </Panel>
  )
}

interface StateProps {
  readonly ejected: EndpointView['ejected']
  readonly state: string
  readonly because?: string | undefined
}

function StateOf({ ejected, state, because }: StateProps) {
  return (
    <td class={`endpoint-state ${ejected ? 'out' : state}`}>
      {ejected ? <Ejected ejected={ejected} /> : state}
      {because !== undefined && <small>{because}</small>}
    </td>
  )
}

function Measured({ numbers }: { readonly numbers: EndpointView | undefined }) {
  return (
    <>
      <td class="number">{rate(numbers?.rps)}</td>
      <td class={`number success ${healthOf(numbers?.success)}`}>{share(numbers?.success)}</td>
      <td class="number">{duration(numbers?.p50Ms)}</td>
      <td class="number">{duration(numbers?.p95Ms)}</td>
    </>
  )
}

interface LeadsProps {
  readonly view: DescriptionView
  readonly stats: readonly StatView[]
}

export function Leads({ view: { rules, alias }, stats }: LeadsProps) {
  const numbers = new Map(stats.map((one) => [one.rule, one]))
  if (rules.length === 0 && alias === undefined) return null
  return (
    <Panel title={alias ? 'Alias' : 'Rules'} note={alias ? 'the first that has a usable endpoint' : undefined}>
      {alias && (
        <ol class="plain-list">
          {alias.map((name) => (
            <li key={name}>
              <To route={{ page: 'service', name }}>{name}</To>
            </li>
          ))}
        </ol>
      )}
      {rules.length > 0 && (
        <Wide label="Rules and their numbers">
          <table>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">Leads to</th>
                <NumberHead>Requests/s</NumberHead>
                <NumberHead>Success</NumberHead>
              </tr>
            </thead>
            <tbody>
              {rules.map(({ label, leadsTo, policy }) => (
                <tr key={label}>
                  <th scope="row">
                    <code>{label}</code>
                    {policy.length > 0 && <small>{policy.map(({ field }) => field).join(', ')}</small>}
                  </th>
                  <td>
                    {leadsTo.length === 0 ? 'its own endpoints' : null}
                    {leadsTo.map((name, at) => (
                      <span key={name}>
                        {at > 0 && ', '}
                        <To route={{ page: 'service', name }}>{name}</To>
                      </span>
                    ))}
                  </td>
                  <td class="number">{rate(numbers.get(label)?.rps)}</td>
                  <td class={`number success ${healthOf(numbers.get(label)?.success)}`}>
                    {share(numbers.get(label)?.success)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Panel>
  )
}
