/** Sends many changes as transactions of a size that the API takes; what is refused by name is left out, and told. */
import { type AdminClient, AdminError, type AdminProblem, type Change, type WrittenView } from '../../admin/client.ts'
import { toldIssue } from '../target/told.ts'

/** Names of one transaction, and bytes of its body: of the API's 1,000 and 4 MiB. */
const NAMES = 1_000
const BYTES = 3 * 1024 * 1024

export interface Sent {
  /** Revisions that were made, the newest last. */
  readonly revisions: readonly number[]
  /** What was written, by name. */
  readonly revisionOf: ReadonlyMap<string, number>
  /** Why, by name. */
  readonly refused: ReadonlyMap<string, string>
}

type How = Parameters<AdminClient['change']>[1]

/** @param onBatch is told of the names of each transaction that was taken, and how many were asked for so far. */
export async function send(
  client: Pick<AdminClient, 'change'>,
  changes: readonly Change[],
  how: How,
  onBatch: (done: number, written: WrittenView | undefined) => void,
): Promise<Sent> {
  const revisions: number[] = []
  const refused = new Map<string, string>()
  const revisionOf = new Map<string, number>()
  let done = 0
  for (const batch of batches(changes)) {
    const written = await one(client, batch, how, refused)
    if (written && written.changed.length > 0 && !written.dryRun) {
      revisions.push(written.revision)
      for (const name of written.changed) revisionOf.set(name, written.revision)
    }
    done += batch.length
    onBatch(done, written)
  }
  return { revisions, revisionOf, refused }
}

/** One transaction, again without those that are refused, until it is taken or nothing is left. */
async function one(
  client: Pick<AdminClient, 'change'>,
  batch: readonly Change[],
  how: How,
  refused: Map<string, string>,
): Promise<WrittenView | undefined> {
  let rest = batch
  while (rest.length > 0) {
    try {
      return await client.change(rest, how)
    } catch (error) {
      const reasons = error instanceof AdminError ? reasonsIn(error.problem) : new Map<string, string>()
      const left = rest.filter(({ name }) => !reasons.has(name))
      // Nothing that is of some of them: it would be of every one.
      if (left.length === rest.length) throw error
      for (const [name, reason] of reasons) refused.set(name, reason)
      rest = left
    }
  }
  return undefined
}

/** Why a transaction was refused, by name; nothing where the refusal is of no name. */
function reasonsIn({
  status,
  detail,
  name,
  code,
  current,
  issues = [],
  refusals = [],
}: AdminProblem): Map<string, string> {
  const reasons = new Map<string, string>()
  if (status !== 412 && status !== 422) return reasons
  for (const issue of issues) {
    if (issue.name === undefined) continue
    const { name, ...rest } = issue
    const before = reasons.get(name)
    reasons.set(name, before === undefined ? toldIssue(rest) : `${before} ${toldIssue(rest)}`)
  }
  if (name !== undefined && refusals.length === 0) reasons.set(name, conflict(name, code, current) ?? detail)
  for (const one of refusals)
    if (one.name !== undefined) reasons.set(one.name, conflict(one.name, one.code, one.current) ?? detail)
  return reasons
}

function conflict(name: string, code: AdminProblem['code'], current: AdminProblem['current']): string | undefined {
  if (code === 'drifted')
    return `was edited by hand in KV: selvedge drift ${name} shows it, and settles it; then apply again.`
  if (code !== 'mismatch') return undefined
  if (!current) return 'was deleted meanwhile: apply again.'
  const by = current.author === null ? '' : ` by ${current.author}`
  return `was changed meanwhile${by}, and is at revision ${current.revision}: look at it with selvedge diff, and apply again.`
}

function* batches(changes: readonly Change[]): Generator<readonly Change[]> {
  let batch: Change[] = []
  let bytes = 0
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change)) + 1
    if (batch.length > 0 && (batch.length === NAMES || bytes + size > BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(change)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
