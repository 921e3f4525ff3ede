/** A service over time, with its changes laid over: what changed is seen where the curve bends. */
import { useState } from 'preact/hooks'
import type { AdminClient, RevisionView, SeriesView } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { duration, rate } from '../../model/format.ts'
import { marksOf, timeline } from '../../model/timeline.ts'
import { ChartOf } from '../../parts/chart.tsx'
import { counted } from '../../parts/numbers.tsx'
import { Answer } from '../../parts/state.tsx'
import { Ago, Panel } from '../../parts/words.tsx'

const MINUTE = 60_000
const WINDOWS = [
  { window: '15m', ms: 15 * MINUTE, everyMs: 10_000 },
  { window: '1h', ms: 60 * MINUTE, everyMs: 10_000 },
  { window: '6h', ms: 360 * MINUTE, everyMs: 30_000 },
  { window: '24h', ms: 1_440 * MINUTE, everyMs: 60_000 },
  { window: '168h', ms: 10_080 * MINUTE, everyMs: 60_000 },
] as const

type Window = (typeof WINDOWS)[number]

const NAMES: Record<Window['window'], string> = {
  '15m': '15 min',
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '168h': '7 d',
}

interface Props {
  readonly client: AdminClient
  readonly name: string
  readonly changes: readonly RevisionView[]
}

export function Charts({ client, name, changes }: Props) {
  const [chosen, setChosen] = useState<Window>(WINDOWS[0])
  const series = usePulse(
    `series ${name} ${chosen.window}`,
    () => counted(client.series(name, chosen.window)),
    chosen.everyMs,
  )
  const windows = (
    <fieldset class="windows">
      <legend class="unseen">How far back</legend>
      {WINDOWS.map((one) => (
        <button key={one.window} type="button" aria-pressed={one === chosen} onClick={() => setChosen(one)}>
          {NAMES[one.window]}
        </button>
      ))}
    </fieldset>
  )
  return (
    <Panel title="Over time" note={windows} class="over-time">
      <Answer of={series} what="numbers">
        {(told) =>
          told && <Both key={chosen.window} series={told} windowMs={chosen.ms} at={series.at ?? 0} changes={changes} />
        }
      </Answer>
    </Panel>
  )
}

const PER_SECOND = (value: number | null) => (value === null ? '–' : `${rate(value)}/s`)
const REQUESTS = [
  { label: 'requests', color: '--accent', isFilled: true, value: PER_SECOND },
  { label: 'failures', color: '--bad', isFilled: true, value: PER_SECOND },
  { label: 'retries', color: '--poor', value: PER_SECOND },
]
const LATENCY = [
  { label: 'p99', color: '--bad', value: duration },
  { label: 'p95', color: '--poor', value: duration },
  { label: 'p50', color: '--accent', value: duration },
]

interface BothProps {
  readonly series: SeriesView
  readonly windowMs: number
  readonly at: number
  readonly changes: readonly RevisionView[]
}

function Both({ series, windowMs, at: nowMs, changes }: BothProps) {
  const { at, requests, failures, retries, p50, p95, p99 } = timeline(series, windowMs, nowMs)
  const marks = marksOf(changes, windowMs, nowMs)
  const shown = changes.filter(({ revision }) => marks.some(({ label }) => label === `r${revision}`))
  return (
    <>
      <div class="charts">
        <ChartOf
          label="Requests a second"
          curves={REQUESTS}
          data={{ at, values: [requests, failures, retries], marks }}
        />
        <ChartOf label="Latency" curves={LATENCY} data={{ at, values: [p99, p95, p50], marks }} />
      </div>
      {shown.length > 0 && (
        <ul class="marks" aria-label="Changes in this time">
          {shown.slice(0, 8).map(({ revision, author, message, at: when }) => (
            <li key={revision}>
              <span class="mark-label">r{revision}</span> <Ago at={when} /> by {author ?? 'somebody'}
              {message !== '' && <> · {message}</>}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
