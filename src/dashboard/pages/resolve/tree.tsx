/** A decision as a tree: names and records that were read, rules that were tried, and where the request goes. */
import type { Decision } from '../../../admin/client.ts'
import { NOTHING, share } from '../../model/format.ts'

type Rule = Decision['records'][number]['rules'][number]
type Lead = Decision['leads'][number]

export function Tree({ decision: { request, names, read, records, leads, refused } }: { readonly decision: Decision }) {
  return (
    <ol class="tree">
      <li>
        <strong>
          {request.method} {request.path}
        </strong>{' '}
        to {names.join(' → ')}
      </li>
      <li>
        Keys that are read
        <ul>
          {read.map(({ key, isThere, revision, isWhatIf }) => (
            <li key={key} class={isThere ? undefined : 'not'}>
              <code>{key}</code>{' '}
              {isThere ? isWhatIf ? <mark>what if</mark> : `revision ${revision ?? 'unknown'}` : 'nothing stands there'}
            </li>
          ))}
        </ul>
      </li>
      {records.map(({ key, rules }) => (
        <li key={key}>
          Rules of <code>{key}</code>
          {rules.length === 0 && <span class="not"> it has none: its own endpoints</span>}
          <ul>
            {rules.map((rule) => (
              <RuleOf key={rule.label} rule={rule} />
            ))}
          </ul>
        </li>
      ))}
      {refused ? (
        <li class="refused">
          <Refused {...refused} />
        </li>
      ) : (
        <li>
          Where it goes
          <ul>
            {leads.map((lead, at) => (
              <LeadOf key={at} lead={lead} />
            ))}
          </ul>
        </li>
      )}
    </ol>
  )
}

function RuleOf({ rule: { label, isTaken, matched, why, matches } }: { readonly rule: Rule }) {
  return (
    <li class={isTaken ? 'taken' : 'not'}>
      <span aria-hidden="true">{isTaken ? '✔' : matched ? '○' : '✕'}</span> <code>{label}</code> {why}
      {matches.length > 0 && (
        <details open={isTaken}>
          <summary>Matches</summary>
          <ul>
            {matches.map(({ holds, conditions }, at) => (
              <li key={at} class={holds ? 'holds' : 'not'}>
                {conditions.length === 0 && 'everything'}
                {conditions.map(({ on, type, wanted, found, holds: isSo }) => (
                  <span key={`${on} ${wanted}`} class={isSo ? 'condition holds' : 'condition not'}>
                    <span aria-hidden="true">{isSo ? '✔' : '✕'}</span> {on} {type} <code>{wanted}</code>
                    {!isSo && <> (here {found === null ? 'nothing' : <code>{found}</code>})</>}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

function LeadOf({ lead: { rule, backend, share: part, filters, candidates, outcome, key } }: { readonly lead: Lead }) {
  return (
    <li class="taken">
      <strong>{share(part)}</strong> to {backend === undefined ? 'its own endpoints' : <code>{backend}</code>}
      {rule !== undefined && (
        <>
          {' '}
          by <code>{rule}</code>
        </>
      )}
      {key !== undefined && (
        <>
          {' '}
          of <code>{key}</code>
        </>
      )}
      {filters.length > 0 && (
        <ul>
          {filters.map(({ type, does }) => (
            <li key={`${type} ${does}`}>
              {type}: {does}
            </li>
          ))}
        </ul>
      )}
      <ul>
        {candidates.map(({ endpoint, kind, weight, state, because }) => (
          <li key={endpoint} class={state === 'unreachable' || state === 'drained' ? 'not' : 'holds'}>
            <code>{endpoint}</code> {kind}, weight {weight}, {state}
            {because !== undefined && `: ${because}`}
          </li>
        ))}
        <li>
          {outcome.is === 'sent' && (
            <>
              It is sent, as host <code>{outcome.host}</code> and path <code>{outcome.path}</code>.
            </>
          )}
          {outcome.is === 'answered' && `A filter answers ${outcome.status}, ${outcome.location ?? NOTHING}.`}
          {outcome.is === 'refused' && <Refused {...outcome} />}
        </li>
      </ul>
    </li>
  )
}

interface RefusedProps {
  readonly code: string
  readonly status: number
  readonly detail: string
}

function Refused({ code, status, detail }: RefusedProps) {
  return (
    <span class="refused">
      <span aria-hidden="true">■</span> {status} <code>{code}</code>: {detail}
    </span>
  )
}
