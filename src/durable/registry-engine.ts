/** The engine of the registry's object: orders writes, keeps every revision, publishes to KV, and sees what others write there. */

import { MeshError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import { type Archive, archive } from './archive.ts'
import { type KeyBook, type KeyNamespace, keyBook } from './key-book.ts'
import { keys } from './keys.ts'
import type { Validate } from './ledger/change.ts'
import { facts } from './ledger/facts.ts'
import { ledger } from './ledger/ledger.ts'
import { type Reads, reads } from './ledger/reads.ts'
import type { Revision } from './ledger/revision.ts'
import { makeTables } from './ledger/tables.ts'
import { type Writes, writes } from './ledger/writes.ts'
import { adopter } from './publish/adoption.ts'
import { operations } from './publish/operations.ts'
import { publisher } from './publish/publisher.ts'
import { SCAN_MS, scanner } from './publish/scan.ts'
import { type Namespace, records } from './records.ts'
import type { Store } from './store.ts'

export interface EngineOptions {
  readonly store: Store
  readonly namespace: Namespace
  /** The namespace that holds public keys. Default: none. */
  readonly trust?: KeyNamespace | undefined
  readonly clock: Clock
  /** Looked at before a record is written. Default: any text may be. */
  readonly validate?: Validate | undefined
  /** Milliseconds between scans of KV for edits by hand; 0: never. Default 300_000. */
  readonly scanMs?: number | undefined
  /** Is told when a turn is to be taken, in the same breath as what made it necessary was written. */
  readonly wake?: ((at: number) => void) | undefined
}

/** What an operator has said of the whole mesh. */
export interface Settings {
  /** The oldest version of the library that runs; `null`: nobody has said. */
  readonly minVersion: string | null
}

export interface RegistryEngine extends Reads, Writes, KeyBook, Omit<Archive, 'restore'> {
  /** As {@link Archive.restore}, when the turn under way has ended. */
  restore(rows: readonly Revision[]): Promise<void>
  /**
   * Takes in what stands in KV, if that was not done: before it, history has no answers.
   *
   * @throws {MeshError} `registry_unavailable` when it is not done yet.
   */
  ready(): Promise<void>
  /** One slice of the work that is due: publishing, looking, scanning. One turn is taken at a time. */
  turn(): Promise<void>
  /** Has KV scanned as soon as there is a turn. */
  scan(): void
  settings(): Settings
  configure(settings: Settings): Settings
  /** Bytes that the object stores: it has 10 GB. */
  size(): number
  /** When the next turn is to be taken; `undefined`: when something is written. */
  nextAt(): number | undefined
}

const TAKES_IN = 'The registry takes in what stands in KV; it answers when that is done.'

export function registryEngine(options: EngineOptions): RegistryEngine {
  const { store, clock, validate, wake, scanMs = SCAN_MS } = options
  makeTables(store)
  const books = { ledger: ledger(store), keys: keys(store) }
  const known = facts(store)
  const kv = records(options.namespace, clock)
  const adoption = adopter(store, known, books, kv, clock)
  const publishing = publisher(books, store, kv, clock)
  const scanning = scanner(store, known, books.keys, kv, publishing, clock, scanMs)

  const nextAt = () => {
    if (!adoption.isDone) return adoption.nextAt()
    return Math.min(books.keys.nextDueAt() ?? Infinity, scanning.nextAt() ?? Infinity)
  }
  const arm = () => {
    const at = nextAt()
    if (at !== undefined && at < Infinity) wake?.(Math.max(at, clock.now()))
  }

  async function slice(): Promise<void> {
    const rest = operations()
    try {
      await adoption.adopt(rest)
      if (!adoption.isDone) return
      await publishing.publish(rest)
      await scanning.scan(rest)
    } finally {
      underway = undefined
      arm()
    }
  }

  let underway: Promise<void> | undefined
  const turn = () => {
    underway ??= slice()
    return underway
  }

  /** While a writer compared, a restoring may have begun. */
  const begin = () => {
    if (!adoption.isDone) throw new MeshError('registry_unavailable', TAKES_IN, { retryAfterMs: 1_000 })
  }
  const settings = (): Settings => ({ minVersion: known.get('minVersion') ?? null })
  const carried = archive(store, known, books.ledger, arm)
  return {
    ...reads(store, books),
    ...writes(store, books, kv, clock, validate, { begin, arm, oldest: () => known.get('minVersion') }),
    ...keyBook(known, options.trust, clock),
    export: carried.export,
    async restore(rows) {
      // What a turn has under way belongs to the history that is about to go.
      await underway
      carried.restore(rows)
    },
    restored: carried.restored,
    async ready() {
      if (!adoption.isDone) await turn()
      begin()
    },
    turn,
    scan() {
      store.transactionSync(() => {
        if (!known.get('scan')) known.set('scan', { after: '' })
        arm()
      })
    },
    settings,
    configure({ minVersion }) {
      known.set('minVersion', minVersion ?? undefined)
      return settings()
    },
    size: () => store.sql.databaseSize,
    nextAt() {
      const at = nextAt()
      return at === Infinity ? undefined : at
    },
  }
}
