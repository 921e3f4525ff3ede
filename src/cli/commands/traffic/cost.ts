/** `selvedge cost`: what calls cost, by a table of prices that can be edited, and what of it goes to retries and hedges. */
import { type Command, Option } from 'commander'
import { fileText } from '../../file-text.ts'
import { someMs } from '../../flags/duration.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { printTold } from '../../told/print-told.ts'
import { NO_RECORD, percentText } from '../../traffic/columns.ts'
import { type CostRow, costs } from '../../traffic/cost.ts'
import { PRICES, type Prices, pricesOf } from '../../traffic/prices.ts'
import { silence } from '../../traffic/silence.ts'
import { type Windowed, windowOption } from '../../traffic/window.ts'
import { example } from '../../verb.ts'

interface CostFlags extends Windowed {
  readonly prices?: string
  readonly showPrices?: boolean
  /** In milliseconds. */
  readonly fresh: number
}

export function cost(command: Command, session: Session): void {
  example(
    command,
    'selvedge cost -t 24h',
    'selvedge cost --show-prices > prices.yaml   # edit it, and give it back',
    'selvedge cost -t 24h --prices prices.yaml -o wide',
  )
  command
    .addOption(windowOption())
    .option('--prices <file>', 'a table of prices, in YAML or JSON, in place of the built-in one')
    .option('--show-prices', 'print the table of prices, and ask nobody')
    .addOption(freshOption())
    .action((flags: CostFlags) => run(flags, session))
}

function freshOption(): Option {
  return new Option('--fresh <duration>', 'MESH_FRESH of the mesh, for the reads of KV')
    .argParser(someMs)
    .default(5_000, '5s')
}

async function run({ timeWindow, prices: file, showPrices, fresh }: CostFlags, session: Session): Promise<void> {
  const { print, output } = session
  const prices = file === undefined ? PRICES : await pricesOf(fileText(file), file)
  if (showPrices) return printTold({ print, output: output === 'json' ? 'json' : 'yaml' }, prices, () => [])
  const client = session.client()
  const [services, endpoints, callers] = await Promise.all([
    client.stats({ window: timeWindow }),
    client.stats({ window: timeWindow, by: 'endpoint' }),
    client.stats({ window: timeWindow, by: 'caller' }),
  ])
  const { isolates, windowMs } = services
  const counts = { services: services.items, endpoints: endpoints.items, callers: callers.items, isolates, windowMs }
  const rows = costs(counts, prices, fresh).sort((one, other) => other.monthly - one.monthly)
  const total = (of: (row: CostRow) => number) => rows.reduce((sum, row) => sum + of(row), 0)
  const value = {
    at: services.at,
    windowMs,
    isolates,
    currency: prices.currency,
    monthly: total(({ monthly }) => monthly),
    monthlyWasted: total(({ monthlyWasted }) => monthlyWasted),
    items: rows,
  }
  await show(session, { value, columns: columns(prices), rows, none: silence(services, '', timeWindow) })
  if (rows.length === 0 || output === 'json' || output === 'yaml') return
  print.tell(
    `A month of this is ${money(value.monthly, prices)} at list prices, ${money(value.monthlyWasted, prices)} of it for retries and hedges. ${dated(prices)}`,
  )
}

function columns(prices: Prices): readonly Column<CostRow>[] {
  return [
    { name: 'NAME', of: ({ service }) => service || NO_RECORD },
    { name: 'CALLS', of: ({ calls }) => calls },
    { name: 'PUBLIC', of: ({ publicCalls }) => publicCalls, isWide: true },
    { name: 'SUBREQUESTS', of: ({ attempts }) => attempts },
    { name: 'KV_READS', of: ({ kvReads }) => `<=${kvReads}` },
    { name: 'LAMBDA', of: ({ lambda }) => (lambda.requests === 0 ? undefined : `${lambda.gbSeconds.toFixed(1)}GBs`) },
    { name: 'WASTED', of: ({ wasted }) => percentText(wasted) },
    { name: 'A_MONTH', of: ({ monthly }) => money(monthly, prices) },
    { name: 'A_MONTH_WASTED', of: ({ monthlyWasted }) => money(monthlyWasted, prices), isWide: true },
  ]
}

function money(amount: number, { currency }: Prices): string {
  return `${amount > 0 && amount < 0.01 ? '<0.01' : amount.toFixed(2)} ${currency}`
}

/** Nobody is to go by an old price without knowing it. */
function dated({ workers, kv, lambda }: Prices): string {
  const dates = [
    ['Workers', workers],
    ['KV', kv],
    ['Lambda', lambda],
  ] as const
  return `Prices as of ${dates.map(([name, { asOf }]) => `${asOf} (${name})`).join(', ')}: selvedge cost --show-prices.`
}
