/** Calls as they are made: looked at when somebody asks, for as long as they look. */
import { useState } from 'preact/hooks'
import type { AdminClient } from '../../../admin/client.ts'
import { told } from '../../live/session.ts'
import { type Tap, useTap } from '../../live/tap.ts'
import { duration } from '../../model/format.ts'
import { isBad, MOST_SHOWN, type TappedCall } from '../../model/tapped.ts'
import { NumberHead } from '../../parts/numbers.tsx'
import { Panel, To, Wide } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly name: string
}

/** As long as the API lets one look. */
const SECONDS = 600

export function Calls({ client, name }: Props) {
  const [isBadOnly, setBadOnly] = useState(false)
  const tap = useTap((signal) =>
    client.tap({ service: name, seconds: SECONDS, ...(isBadOnly && { status: '5xx' }) }, signal),
  )
  const isOn = tap.state === 'on'
  return (
    <Panel title="Calls as they are made" note="ids in paths are masked; queries, headers and bodies are never shown">
      <div class="tap-controls">
        <button type="button" class={isOn ? '' : 'main'} onClick={isOn ? tap.stop : tap.start}>
          {isOn ? 'Stop' : 'Watch calls'}
        </button>
        <label>
          <input
            type="checkbox"
            checked={isBadOnly}
            disabled={isOn}
            onChange={({ currentTarget }) => setBadOnly(currentTarget.checked)}
          />{' '}
          answered 5xx alone
        </label>
        <span role="status" class="quiet-text">
          {saidOf(tap)}
        </span>
      </div>
      {tap.calls.length > 0 && <Table calls={tap.calls} />}
    </Panel>
  )
}

function saidOf({ state, seen, leftOut, over, error }: Tap): string {
  const shown = seen === 0 ? '' : `${seen} ${seen === 1 ? 'call' : 'calls'} seen`
  const many = [
    shown,
    seen > MOST_SHOWN ? `the last ${MOST_SHOWN} stand here` : '',
    leftOut > 0 ? `${leftOut} more had no room` : '',
  ]
  const numbers = many.filter((one) => one !== '').join(', ')
  if (state === 'off') return seen === 0 ? 'Nobody watches: it costs nothing until you do.' : `Stopped. ${numbers}.`
  if (state === 'failed') return told(error)
  if (state === 'hidden') return `Stopped: the page was hidden. ${numbers}`
  if (state === 'over' && over !== 'time') return `What holds the tap was restarted: watch again. ${numbers}`
  if (state === 'over') return `Its ten minutes are up. ${numbers}`
  return seen === 0
    ? 'Watching: isolates hear of it with their next call, and tell within 10 s.'
    : `Watching: ${numbers}.`
}

function Table({ calls }: { readonly calls: readonly TappedCall[] }) {
  return (
    <Wide label="Calls">
      <table class="calls">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Caller</th>
            <th scope="col">Call</th>
            <th scope="col">Answer</th>
            <NumberHead>Took</NumberHead>
            <th scope="col">Attempts</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <Row key={call.number} call={call} />
          ))}
        </tbody>
      </table>
    </Wide>
  )
}

function Row({ call }: { readonly call: TappedCall }) {
  const { at, caller, method, path, status, outcome, error, tookMs, attempts, rule, traceId } = call
  return (
    <tr class={isBad(call) ? 'bad' : ''} title={traceId === undefined ? undefined : `trace ${traceId}`}>
      <td>
        <time dateTime={at}>{timeOf(at)}</time>
      </td>
      <td>{caller === undefined ? <em>stranger</em> : <To route={{ page: 'service', name: caller }}>{caller}</To>}</td>
      <th scope="row">
        {method} <code>{path}</code>
        {rule !== undefined && <small>rule {rule}</small>}
      </th>
      <td class="success">
        {status ?? 'none'} {error ?? outcome}
      </td>
      <td class="number">{duration(tookMs)}</td>
      <td>
        {attempts.length === 0 && 'none'}
        {attempts.map((attempt, index) => (
          <div key={index}>
            <code>{attempt.endpoint}</code> {attempt.outcome ?? 'unfinished'}, {duration(attempt.tookMs)}
          </div>
        ))}
      </td>
    </tr>
  )
}

/** In the viewer's zone, to the millisecond: calls follow one another quickly. */
function timeOf(iso: string): string {
  const at = new Date(iso)
  return `${at.toLocaleTimeString()}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
