/** Writes: of several writers exactly one wins, and what is confirmed is in history before anyone hears of it. */
import type { Clock } from '../../core/time/clock.ts'
import { newerReason, newerThan } from '../../record/check/newer.ts'
import { difference } from '../../record/difference.ts'
import { type Books, journal, meet } from '../publish/meeting.ts'
import { type Found, NAMES_A_READ, type Records } from '../records.ts'
import type { Store } from '../store.ts'
import {
  type By,
  type Change,
  type Condition,
  faultsOf,
  type Issue,
  type Refusal,
  type Refused,
  type Validate,
  type Written,
} from './change.ts'
import type { Origin, Revision } from './revision.ts'
import { standingOf } from './standing.ts'

/** How something is written. */
export interface Manner {
  /** Says what would be, and writes nothing. */
  readonly dryRun?: boolean
  /** Writes fields that the oldest version which runs does not know. */
  readonly force?: boolean
}

/** How long a writer waits for KV to be compared; without it, the comparison before publishing has to do. */
const COMPARE_MS = 1_000

export interface Writes {
  /** All changes under one revision, or none. */
  write(changes: readonly Change[], by: By, manner?: Manner): Promise<Written | Refused>
  /** A new revision, equal to an old one of that name. */
  rollback(name: string, to: number, by: By, condition?: Condition, manner?: Manner): Promise<Written | Refused>
  /**
   * Ends drift: `adopt` makes a revision of what stands in KV; `overwrite` enters it into history as an edit by hand, and
   * then writes the newest revision over it.
   */
  resolve(name: string, choice: 'adopt' | 'overwrite', by: By): Promise<Written | Refused>
}

type Wanted = Omit<Change, 'condition'> & { readonly condition?: Condition | undefined }

export function writes(
  store: Store,
  books: Books,
  records: Records,
  clock: Clock,
  validate: Validate | undefined,
  hooks: { readonly begin: () => void; readonly arm: () => void; readonly oldest: () => string | undefined },
): Writes {
  const { ledger, keys } = books

  async function compared(names: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    const batches = Array.from({ length: Math.ceil(names.length / NAMES_A_READ) }, (_, batch) =>
      names.slice(batch * NAMES_A_READ, (batch + 1) * NAMES_A_READ),
    )
    const read = await Promise.all(batches.map((batch) => records.read(batch, COMPARE_MS)))
    return new Map(read.flatMap((found) => [...(found ?? [])]))
  }

  /** What speaks against a change. Unless it is a dry run, an edit by hand is entered into history on the way. */
  function refusalOf({ name, text, condition }: Wanted, found: Found | undefined, isDry: boolean): Refusal | undefined {
    const now = clock.now()
    const key = keys.get(name)
    const meeting = found && !isDry ? meet(books, found, key, now) : undefined
    const isForeign = found && isDry && standingOf(found, key, ledger, now) === 'foreign'
    if (meeting === 'write') keys.look([name], now)
    const newest = ledger.newest(name) ?? null
    if (meeting === 'journalled' || meeting === 'drifted' || isForeign || (!found && key.drifted)) {
      const stands = found ? found.text : key.found
      return { name, code: 'drifted', current: newest, found: stands, difference: difference(stands, text) }
    }
    const current = newest?.text == null ? null : newest
    if (!condition || ('ifMatch' in condition ? current?.revision === condition.ifMatch : current === null))
      return undefined
    return { name, code: 'mismatch', current, difference: difference(current?.text ?? null, text) }
  }

  function append(changes: readonly Wanted[], by: By, origin: Origin, isDry: boolean): Written {
    const newest = new Map<string, Revision | undefined>(changes.map(({ name }) => [name, ledger.newest(name)]))
    const changed = changes.filter(({ name, text }) => (newest.get(name)?.text ?? null) !== text)
    const names = changed.map(({ name }) => name)
    const created = names.filter((name) => newest.get(name)?.text == null)
    if (names.length === 0) {
      const revisions = [...newest.values()].map((row) => row?.revision ?? 0)
      return { ok: true, revision: Math.max(...revisions), changed: [], created: [] }
    }
    const revision = ledger.latest() + 1
    const now = clock.now()
    if (!isDry) {
      for (const { name, text } of changed) {
        ledger.add({ revision, name, text, author: by.author, message: by.message ?? '', at: now, origin })
        keys.append(name, revision, now)
      }
    }
    return { ok: true, revision, changed: names, created }
  }

  /** What stands there already is no news to anyone. */
  function newerFields(name: string, text: string, oldest: string | undefined): Issue[] {
    if (oldest === undefined || ledger.newest(name)?.text === text) return []
    return newerThan(oldest, text).map((newer) => ({ path: newer.path, message: newerReason(newer, oldest) }))
  }

  async function enter(
    changes: readonly Wanted[],
    by: By,
    origin: Origin,
    { dryRun: isDry = false, force = false }: Manner = {},
  ): Promise<Written | Refused> {
    const oldest = force ? undefined : hooks.oldest()
    const faults = faultsOf(changes, by, (name, text) => [
      ...(validate?.(name, text) ?? []),
      ...newerFields(name, text, oldest),
    ])
    if (faults.length > 0) return { ok: false, refusals: faults }
    const found = await compared(changes.map(({ name }) => name))
    return entered((): Written | Refused => {
      const refusals = changes.flatMap((change) => refusalOf(change, found.get(change.name), isDry) ?? [])
      return refusals.length > 0 ? { ok: false, refusals } : append(changes, by, origin, isDry)
    }, isDry)
  }

  /** In one transaction with the alarm that publishes it: nothing is stored that nobody comes back to. */
  function entered(work: () => Written | Refused, isDry = false): Written | Refused {
    return store.transactionSync(() => {
      hooks.begin()
      const answer = work()
      if (!isDry) hooks.arm()
      return answer
    })
  }

  return {
    write: (changes, by, manner) => enter(changes, by, 'api', manner),
    async rollback(name, to, by, condition, manner) {
      const old = ledger.row(name, to)
      if (!old) return { ok: false, refusals: [{ name, code: 'not_found' }] }
      return enter([{ name, text: old.text, condition }], by, 'rollback', manner)
    },
    async resolve(name, choice, by) {
      const faults = faultsOf([{ name, text: null }], by)
      if (faults.length > 0) return { ok: false, refusals: faults }
      const found = (await compared([name])).get(name)
      if (!found) return { ok: false, refusals: [{ name, code: 'unavailable' }] }
      return entered((): Written | Refused => {
        const now = clock.now()
        const key = keys.get(name)
        if (standingOf(found, key, ledger, now) !== 'foreign') {
          if (meet(books, found, key, now) === 'write') keys.look([name], now)
          return { ok: false, refusals: [{ name, code: 'not_drifted' }] }
        }
        const wanted = ledger.newest(name)?.text ?? null
        if (choice === 'overwrite') {
          journal(books, name, found.text, now)
          return append([{ name, text: wanted }], by, 'api', false)
        }
        const revision = ledger.latest() + 1
        ledger.add({
          revision,
          name,
          text: found.text,
          author: by.author,
          message: by.message ?? '',
          at: now,
          origin: 'adopt',
        })
        ledger.land(name, revision, now)
        keys.journal(name, revision, now)
        return { ok: true, revision, changed: [name], created: wanted === null ? [name] : [] }
      })
    },
  }
}
