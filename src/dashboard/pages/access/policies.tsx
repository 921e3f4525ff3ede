/** Who may call, by the records: each rule of those that say so, and the names of those that do not. */
import type { AuthzPolicyView } from '../../../admin/client.ts'
import { Panel, To, Wide } from '../../parts/words.tsx'

interface Props {
  readonly policies: readonly AuthzPolicyView[]
  readonly open: readonly string[]
}

/** Names that are told of those that everybody may call. */
const MOST_OPEN = 50

export function Policies({ policies, open }: Props) {
  return (
    <Panel title="Who may, by the records" note="a deny wins; rules have no order">
      {policies.length > 0 && (
        <Wide label="Who may call">
          <table>
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">Mode</th>
                <th scope="col">Effect</th>
                <th scope="col">Rule</th>
                <th scope="col">Callers</th>
                <th scope="col">Methods</th>
                <th scope="col">Paths</th>
              </tr>
            </thead>
            <tbody>
              {policies.map((policy) => (
                <Rules key={policy.record} policy={policy} />
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {policies.length === 0 && <p class="quiet-text">No record says who may call.</p>}
      {open.length > 0 && (
        <p class="quiet-text">
          Everybody may call{' '}
          {open.slice(0, MOST_OPEN).map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <To route={{ page: 'service', name }}>{name}</To>
            </span>
          ))}
          {open.length > MOST_OPEN && ` and ${open.length - MOST_OPEN} more`}.
        </p>
      )}
    </Panel>
  )
}

function Rules({ policy: { record, mode, default: otherwise, rules } }: { readonly policy: AuthzPolicyView }) {
  const all: AuthzPolicyView['rules'] = [...rules, { name: 'default', effect: otherwise }]
  return (
    <>
      {all.map((rule, at) => (
        <tr key={`${rule.name} ${at}`}>
          <th scope="row">
            <To route={{ page: 'service', name: record }}>{record}</To>
          </th>
          <td>{mode}</td>
          <td>{rule.effect}</td>
          <td>{rule.name}</td>
          <td>{rule.callers?.join(', ') ?? 'anyone'}</td>
          <td>{rule.methods?.join(', ') ?? 'any'}</td>
          <td>{rule.paths?.join(', ') ?? 'any'}</td>
        </tr>
      ))}
    </>
  )
}
