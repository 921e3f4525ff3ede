/** `selvedge simulate`: what records would do to requests that the mesh has served. Exit code 1: more of them would break than may. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Move, ServiceSimulation, SimulationView } from '../../admin/client.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { namingOptions, type PruneFlags, pruneOptions } from '../apply/flags.ts'
import { assertSelector, planned } from '../apply/planned.ts'
import { type Naming, wantedRecords } from '../apply/wanted.ts'
import { duration } from '../flags/duration.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import { show } from '../print/show.ts'
import type { Session } from '../session.ts'
import { callersText, exampleText, many, percentText, requestsText, spotText } from '../simulated/spots.ts'
import { example } from '../verb.ts'

interface SimulateFlags extends Named, PruneFlags, Naming {
  readonly threshold: number
  readonly window: string
}

export function simulate(command: Command, session: Session): void {
  example(
    command,
    'selvedge simulate -f registry.yaml',
    'selvedge simulate -f registry/ --window 1h --threshold 0.5   # fails where a service would lose more than 0.5 %',
  )
  filesOption(command, 'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input')
  pruneOptions(command)
    .option('--threshold <percent>', "how many of a service's requests may break", percent, 0)
    .option('--window <duration>', 'how old the requests may be, up to 24h', duration, '24h')
  namingOptions(command).action((files: string[], flags: SimulateFlags) => run(named(files, flags), flags, session))
}

async function run(files: readonly string[], flags: SimulateFlags, session: Session): Promise<void> {
  const { print, output = 'table' } = session
  assertSelector(flags)
  const steps = await planned(await wantedRecords(files, flags, print), flags, session)
  const changes = steps.filter(({ act }) => act !== 'unchanged').map(({ name, after }) => ({ name, record: after }))
  if (changes.length === 0) return print.tell('These records stand there already: nothing would change.')
  const told = await session.client().simulate(changes, flags.window)
  const rows = told.services.flatMap(rowsOf)
  await show(session, { value: told, columns: COLUMNS, rows, none: noneOf(told) })
  if (output === 'table' || output === 'wide') print.line(summary(told))
  const over = told.services.filter(({ broken, requests }) => (100 * broken) / requests > flags.threshold)
  if (over.length === 0) return
  const listed = over.map(({ name, broken, requests }) => `${name} (${percentText((100 * broken) / requests)})`)
  throw new NegativeAnswer(`More than ${flags.threshold} % would break of ${listed.join(', ')}.`)
}

interface Row {
  readonly service: string
  readonly would: string
  readonly requests: number
  readonly percent: number
  readonly from?: string
  readonly to?: string
  readonly example?: string
}

const COLUMNS = [
  { name: 'SERVICE', of: ({ service }: Row) => service },
  { name: 'WOULD', of: ({ would }: Row) => would },
  { name: 'REQUESTS', of: ({ requests }: Row) => many(requests) },
  { name: 'SHARE', of: ({ percent }: Row) => percentText(percent) },
  { name: 'FROM', of: ({ from }: Row) => from },
  { name: 'TO', of: ({ to }: Row) => to },
  { name: 'EXAMPLE', of: ({ example }: Row) => example, isWide: true },
]

const WOULD: Record<Move['kind'], string> = { moved: 'move', broken: 'break', mended: 'mend' }

function rowsOf({ name: service, moves, more, untold, requests: all }: ServiceSimulation): Row[] {
  const rows = moves.map(
    ({ kind, requests, percent, from, to, example, callers }): Row => ({
      service,
      would: WOULD[kind],
      requests,
      percent,
      from: spotText(from),
      to: spotText(to) + callersText({ callers }),
      example: exampleText(example),
    }),
  )
  const unknown = Object.entries(untold).map(
    ([what, requests]): Row => ({
      service,
      would: 'unknown',
      requests,
      percent: (100 * requests) / all,
      to: `hangs on ${what}`,
    }),
  )
  const rest: Row[] = more > 0 ? [{ service, would: `${more} more`, requests: 0, percent: 0 }] : []
  return [...rows, ...rest, ...unknown]
}

function noneOf({ recordedSince, requests }: SimulationView): string {
  if (recordedSince === null)
    return 'No requests are recorded: nothing can be said (docs/simulate.md says how to record them).'
  return requests === 0 ? 'No requests were served in that time.' : 'No request would go elsewhere.'
}

function summary({ shapes, requests, moved, broken, mended, unknown }: SimulationView): string {
  return `${requestsText(requests)} of ${shapes} ${shapes === 1 ? 'shape' : 'shapes'}: ${many(moved)} would move, ${many(broken)} break, ${many(mended)} be mended; ${many(unknown)} unknown.`
}

function percent(text: string): number {
  const value = Number(text.replace(/%$/, ''))
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('It is a percentage, 0 to 100.')
  return value
}
