/** The policy as it is in effect, and who wrote each value. */
import type { ValueTold } from '../../../admin/client.ts'
import { Panel, To, Wide } from '../../parts/words.tsx'

interface Props {
  readonly values: readonly ValueTold[]
  readonly alias?: readonly string[] | undefined
}

export function Policy({ values, alias }: Props) {
  return (
    <Panel title="Policy in effect" note="and who wrote it">
      {alias && (
        <p class="quiet-text">
          It is that of{' '}
          {alias.map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <To route={{ page: 'service', name }}>{name}</To>
            </span>
          ))}
          .
        </p>
      )}
      {values.length > 0 && (
        <Wide label="Policy in effect">
          <table class="policy">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Value</th>
                <th scope="col">Source</th>
              </tr>
            </thead>
            <tbody>
              {values.map(({ field, value, source }) => (
                <tr key={field} class={source === 'built in' ? 'built-in' : 'own'}>
                  <th scope="row">{field}</th>
                  <td>
                    <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                  </td>
                  <td>{source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Panel>
  )
}
