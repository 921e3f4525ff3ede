/** What records were before, edits by hand beside them, and the whole of it taken out and in. */
import type { Asking } from '../asking.ts'
import type { DriftView, How, Page, Paging, RevisionView, Row, StatusView, WrittenView } from '../views/records.ts'
import { conditionOf } from './condition.ts'

export interface HistoryClient {
  /** Newest first. */
  history(name: string, options?: Paging): Promise<Page<RevisionView>>
  /** Revisions of all names, newest first. */
  changes(options?: Paging): Promise<Page<RevisionView>>
  /** A new revision, equal to an old one of that name. */
  rollback(name: string, to: number, how?: How): Promise<WrittenView>
  /** Where a revision stands; `undefined`: there is none. */
  revision(revision: number): Promise<StatusView | undefined>
  drift(options?: Paging): Promise<Page<DriftView>>
  /** Has KV looked through for edits by hand now, rather than in its time. */
  scanDrift(): Promise<void>
  /** `adopt` makes a revision of what stands in KV; `overwrite` writes the record of history over it. */
  endDrift(name: string, choice: 'adopt' | 'overwrite', how?: Pick<How, 'message' | 'author'>): Promise<WrittenView>
  /** The whole history, page by page. */
  export(options?: Paging): Promise<Page<Row>>
  /** Takes rows of a history in, into an object without one; it answers nothing else until `restored`. */
  restore(rows: readonly Row[]): Promise<void>
  /** All rows are in. Where KV differs from them, `truth` counts. */
  restored(truth: 'kv' | 'history', how?: Pick<How, 'message' | 'author'>): Promise<void>
}

export function historyClient({ ask, askIfThere }: Asking): HistoryClient {
  const at = (name: string) => `/services/${encodeURIComponent(name)}`
  return {
    history: (name, { limit, cursor } = {}) => ask('GET', `${at(name)}/history`, { query: { limit, cursor } }),
    changes: ({ limit, cursor } = {}) => ask('GET', '/changes', { query: { limit, cursor } }),
    rollback: (name, to, how = {}) => {
      const { message, author, dryRun, force } = how
      const json = { to, message, author }
      return ask('POST', `${at(name)}/rollback`, { query: { dryRun, force }, headers: conditionOf(how), json })
    },
    revision: (revision) => askIfThere(`/revisions/${revision}`),
    drift: ({ limit, cursor } = {}) => ask('GET', '/drift', { query: { limit, cursor } }),
    async scanDrift() {
      await ask('POST', '/drift/scan')
    },
    endDrift: (name, choice, { message, author } = {}) =>
      ask('POST', `${at(name)}/drift`, { json: { choice, message, author } }),
    export: ({ limit, cursor } = {}) => ask('GET', '/export', { query: { limit, cursor } }),
    async restore(rows) {
      for (const some of portions(rows)) await ask('POST', '/restore', { json: { rows: some } })
    },
    async restored(truth, { message, author } = {}) {
      await ask('POST', '/restore/end', { json: { truth, message, author } })
    },
  }
}

/** A body has 4 MiB at most; a character of JSON takes six bytes at worst, one nearly always. */
const MOST_CHARACTERS = 1_000_000
const MOST_ROWS = 500

function* portions(rows: readonly Row[]): Generator<Row[]> {
  let some: Row[] = []
  let characters = 0
  for (const row of rows) {
    const length = row.text?.length ?? 0
    if (some.length > 0 && (some.length >= MOST_ROWS || characters + length > MOST_CHARACTERS)) {
      yield some
      some = []
      characters = 0
    }
    some.push(row)
    characters += length
  }
  if (some.length > 0) yield some
}
