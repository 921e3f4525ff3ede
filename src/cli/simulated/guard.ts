/** Before records are written: asks what they would break, of what was served in the last hour. */
import { AdminError, type Change, type ServiceSimulation, type SimulationView } from '../../admin/client.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import type { WriteFlags } from '../apply/flags.ts'
import type { Session } from '../session.ts'
import { callersText, exampleText, many, percentText, requestsText, spotText } from './spots.ts'

/** What was served not long ago, and is likely to be asked for again. */
const WINDOW = '1h'
/** Moves of a service that are listed. */
const LISTED = 5

/**
 * Tells what would break, and asks whether it is to be done; where nobody can be asked, it is refused. Nothing is asked with
 * `--force`, and with `--dry-run` it is only told.
 *
 * @throws {NegativeAnswer} where it is not to be done.
 */
export async function guard(
  changes: readonly Pick<Change, 'name' | 'record'>[],
  { force = false, dryRun = false }: Pick<WriteFlags, 'force' | 'dryRun'>,
  session: Session,
): Promise<void> {
  if (force || changes.length === 0) return
  const { print, machine } = session
  const told = await simulated(changes, session)
  if (typeof told === 'string') return print.tell(told)
  const broken = told.services.filter((service) => service.broken > 0)
  if (broken.length === 0) return
  for (const service of broken) for (const line of linesOf(service)) print.tell(line)
  if (dryRun) return
  const what = `${requestsText(told.broken)} of the last hour would be led nowhere.`
  if (machine.confirm === undefined) {
    throw new NegativeAnswer(`${what} Nothing was sent. --force writes it all the same.`)
  }
  if (!(await machine.confirm(`${what} Write it all the same? [y/N] `))) throw new NegativeAnswer('Nothing was sent.')
}

/** A sentence where it cannot be said: that is no reason not to write. */
async function simulated(
  changes: readonly Pick<Change, 'name' | 'record'>[],
  session: Session,
): Promise<SimulationView | string> {
  try {
    const told = await session.client().simulate(changes, WINDOW)
    if (told.recordedSince !== null) return told
    return 'No requests are recorded, so nobody knows what this might break (docs/simulate.md says how to record them).'
  } catch (error) {
    // Writing it will be refused for the same reason, in better words.
    if (!(error instanceof AdminError) || error.status === 401 || error.status === 403) throw error
    return `What this might break could not be found out: ${error.message}`
  }
}

function linesOf({ name, requests, moves }: ServiceSimulation): string[] {
  const breaking = moves.filter(({ kind }) => kind === 'broken')
  const lines = breaking.slice(0, LISTED).map((move) => {
    const share = `${many(move.requests)} of ${requestsText(requests)} (${percentText(move.percent)})`
    return `would break ${name}: ${share} from ${spotText(move.from)} to ${spotText(move.to)}${callersText(move)}, as ${exampleText(move.example)}`
  })
  const more = breaking.length - lines.length
  return more > 0 ? [...lines, `would break ${name}: ${more} more (selvedge simulate lists them)`] : lines
}
