/** All services, with what matters of each at a glance. */
import { memo } from 'preact/compat'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AdminClient, RecordView, StatsView } from '../../admin/client.ts'
import { everyPage } from '../live/every-page.ts'
import { usePulse } from '../live/pulse.ts'
import { useRowsInView } from '../live/rows-in-view.ts'
import { duration, NOTHING, rate, share } from '../model/format.ts'
import { MANY_ROWS } from '../model/rows-in-view.ts'
import {
  healthOf,
  matching,
  type ServiceRow,
  type SortKey,
  serviceRows,
  sorted,
  UNKNOWN,
} from '../model/service-rows.ts'
import { type Counted, counted, NoNumbers } from '../parts/numbers.tsx'
import { Answer, Empty, Stale } from '../parts/state.tsx'
import { Ago, Figure, HealthMark, State, To, Wide } from '../parts/words.tsx'
import { Beginnings } from './services/beginnings.tsx'

const EVERY_MS = 5_000

export function Services({ client }: { readonly client: AdminClient }) {
  const records = usePulse('records', () => everyPage((cursor) => client.list({ limit: 1_000, ...cursor })), EVERY_MS)
  const stats = usePulse('stats', () => counted(client.stats({ window: '1m' })), EVERY_MS)
  return (
    <>
      <div class="title">
        <h1>Services</h1>
        <To class="button" route={{ page: 'new' }}>
          New record
        </To>
      </div>
      <NoNumbers of={stats} />
      {stats.error !== undefined && stats.value !== null && <Stale of={stats} what="numbers" />}
      <Answer of={records} what="services">
        {(all) => <Overview client={client} records={all} stats={stats.value} isOld={stats.error !== undefined} />}
      </Answer>
    </>
  )
}

interface OverviewProps {
  readonly client: AdminClient
  readonly records: readonly RecordView[]
  readonly stats: Counted<StatsView> | undefined
  readonly isOld: boolean
}

function Overview({ client, records, stats, isOld }: OverviewProps) {
  const [typed, setTyped] = useState('')
  const [{ key, isDown }, setOrder] = useState<Order>({ key: 'name', isDown: false })
  const rows = serviceRows(records, stats?.items)
  const shown = sorted(matching(rows, typed), key, isDown)
  const sort = (next: SortKey) =>
    setOrder({ key: next, isDown: next === key ? !isDown : !['name', 'kind', 'state'].includes(next) })
  if (rows.length === 0)
    return (
      <Empty title="No services yet.">
        A service is a record under a name: <To route={{ page: 'new' }}>write the first</To>, or{' '}
        <code>selvedge apply -f records.yaml</code>.
      </Empty>
    )
  return (
    <>
      {stats && <Totals rows={rows} isolates={stats.isolates} />}
      <Beginnings client={client} rows={rows} />
      <Search typed={typed} setTyped={setTyped} shown={shown.length} all={rows.length} />
      {shown.length === 0 ? (
        <Empty title={`Nothing matches “${typed}”.`} />
      ) : (
        <Wide label="Services and their numbers">
          <Table rows={shown} isOld={isOld} order={{ key, isDown }} sort={sort} />
        </Wide>
      )}
    </>
  )
}

interface TableProps {
  readonly rows: readonly ServiceRow[]
  readonly isOld: boolean
  readonly order: Order
  readonly sort: (key: SortKey) => void
}

function Table({ rows, isOld, order, sort }: TableProps) {
  const { body, first, end, above, below } = useRowsInView(rows.length)
  const isLong = rows.length > MANY_ROWS
  return (
    <table
      class={`services ${isLong ? 'long' : ''} ${isOld ? 'old-numbers' : ''}`}
      aria-rowcount={isLong ? rows.length + 1 : undefined}
    >
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <Head key={column.key} column={column} order={order} sort={sort} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {above > 0 && <UnseenRows height={above} />}
        {rows.slice(first, end).map((row, at) => (
          <Row key={row.name} row={row} at={isLong ? first + at + 2 : undefined} />
        ))}
        {below > 0 && <UnseenRows height={below} />}
      </tbody>
    </table>
  )
}

/** Stands for rows that are not drawn. */
function UnseenRows({ height }: { readonly height: number }) {
  return (
    <tr class="unseen-rows">
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  )
}

interface Order {
  readonly key: SortKey
  readonly isDown: boolean
}

interface Column {
  readonly key: SortKey
  readonly label: string
  /** Its class: a number stands to the right, and what is less needed goes where there is little room. */
  readonly class: string
}

const COLUMNS: readonly Column[] = [
  { key: 'name', label: 'Service', class: '' },
  { key: 'rps', label: 'Requests/s', class: 'number' },
  { key: 'success', label: 'Success', class: 'number' },
  { key: 'p50', label: 'p50', class: 'number mid' },
  { key: 'p95', label: 'p95', class: 'number' },
  { key: 'p99', label: 'p99', class: 'number mid' },
  { key: 'retries', label: 'Retries', class: 'number mid' },
  { key: 'kind', label: 'Kind', class: 'mid' },
  { key: 'state', label: 'State', class: '' },
  { key: 'revision', label: 'Rev.', class: 'number mid' },
  { key: 'at', label: 'Changed', class: 'mid' },
]

interface HeadProps {
  readonly column: Column
  readonly order: Order
  readonly sort: (key: SortKey) => void
}

function Head({ column, order, sort }: HeadProps) {
  const isOrder = order.key === column.key
  return (
    <th scope="col" class={column.class} aria-sort={isOrder ? (order.isDown ? 'descending' : 'ascending') : undefined}>
      <button type="button" onClick={() => sort(column.key)}>
        {column.label}
        <span aria-hidden="true">{isOrder ? (order.isDown ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
}

interface RowProps {
  readonly row: ServiceRow
  /** Its number, where others are not drawn; the head is 1. */
  readonly at: number | undefined
}

const Row = memo(OneRow, (one, other) => one.at === other.at && isSame(one.row, other.row))

function isSame(one: ServiceRow, other: ServiceRow): boolean {
  const [a, b] = [one.record, other.record]
  return one.numbers === other.numbers && a?.revision === b?.revision && a?.state === b?.state
}

function OneRow({ row: { name, record, kind, numbers, health }, at }: RowProps) {
  const success = numbers?.success
  return (
    <tr class={health} aria-rowindex={at}>
      <th scope="row" title={name}>
        <HealthMark health={health} />
        {name === '' ? <em>{UNKNOWN}</em> : <To route={{ page: 'service', name }}>{name}</To>}
      </th>
      <td class="number">{rate(numbers?.rps)}</td>
      <td class={`number success ${healthOf(success)}`}>{share(success)}</td>
      <td class="number mid">{duration(numbers?.p50Ms)}</td>
      <td class="number">{duration(numbers?.p95Ms)}</td>
      <td class="number mid">{duration(numbers?.p99Ms)}</td>
      <td class="number mid">{share(numbers?.retries)}</td>
      <td class="mid kind">{kind}</td>
      <td>{record ? <State state={record.state} /> : NOTHING}</td>
      <td class="number mid">{record?.revision ?? NOTHING}</td>
      <td class="mid">{record ? <Ago at={record.at} /> : NOTHING}</td>
    </tr>
  )
}

function Totals({ rows, isolates }: { readonly rows: readonly ServiceRow[]; readonly isolates: number }) {
  const named = rows.filter(({ name }) => name !== '')
  const called = named.flatMap(({ numbers }) => numbers ?? [])
  const requests = called.reduce((sum, one) => sum + one.requests, 0)
  const well = called.reduce((sum, one) => sum + one.requests * (one.success ?? 1), 0)
  const rps = called.reduce((sum, one) => sum + one.rps, 0)
  const failing = named.filter(({ health }) => health === 'bad' || health === 'poor')
  const slow = called.reduce<ServiceRow['numbers']>(
    (worst, one) => ((one.p99Ms ?? 0) > (worst?.p99Ms ?? 0) ? one : worst),
    undefined,
  )
  const success = requests === 0 ? null : well / requests
  return (
    <dl class="figures">
      <Figure label="Requests a second" value={rate(rps)} note="over the last minute" />
      <Figure label="Success" value={share(success)} note="of all calls" health={healthOf(success)} />
      <Figure
        label="Need a look"
        value={String(failing.length)}
        note={
          failing.length === 0
            ? 'all is well'
            : failing
                .slice(0, 3)
                .map(({ name }) => name)
                .join(', ')
        }
        health={failing.length === 0 ? 'good' : 'bad'}
      />
      <Figure label="Slowest p99" value={duration(slow?.p99Ms)} note={slow?.service ?? 'nobody called'} />
      <Figure
        label="Services"
        value={String(named.length)}
        note={`${isolates} ${isolates === 1 ? 'isolate reports' : 'isolates report'}`}
      />
    </dl>
  )
}

interface SearchProps {
  readonly typed: string
  readonly setTyped: (text: string) => void
  readonly shown: number
  readonly all: number
}

function Search({ typed, setTyped, shown, all }: SearchProps) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', slash)
    return () => removeEventListener('keydown', slash)
  }, [])
  return (
    <div class="search">
      <label class="unseen" for="search">
        Find services
      </label>
      <input
        ref={input}
        id="search"
        type="search"
        placeholder="Find by name, kind, state or author  ( / )"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <span role="status">{typed === '' ? `${all} services` : `${shown} of ${all}`}</span>
    </div>
  )
}
