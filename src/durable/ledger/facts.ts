/** What the object knows of itself: how far adoption, restoring and scanning have come. */
import type { Store } from '../store.ts'
import type { KeptKey } from './kept-key.ts'

/** A page of keys at a time, so that a kill costs one page. */
export interface Adoption {
  readonly isDone: boolean
  /** What this adoption enters; the number moves up at its end if KV holds stamps beyond it. */
  readonly revision: number
  /** The highest revision that a key in KV was stamped with. */
  readonly highest: number
  /** KV's place in its list, and the last name before it. */
  readonly cursor?: string | undefined
  readonly after: string
  /** Not before, after a failure. */
  readonly retryAt?: number | undefined
  /** History is carried over: what it held last is written over what stood in KV, by this author. */
  readonly restoredBy?: { readonly author: string | null; readonly message: string } | undefined
}

export interface Scan {
  readonly cursor?: string | undefined
  readonly after: string
  /** All keys are listed: values are read now, this many so far. */
  readonly valuesRead?: number | undefined
}

interface Known {
  readonly adoption: Adoption
  /** Pages of a history are coming in. */
  readonly restoring: boolean
  readonly scan: Scan
  /** When the last scan ended. */
  readonly scannedAt: number
  /** The name whose value was read last. */
  readonly valuesAfter: string
  /** The oldest version of the library that runs. */
  readonly minVersion: string
  /** Public keys of those who may sign. */
  readonly trustKeys: readonly KeptKey[]
}

export interface Facts {
  get<Fact extends keyof Known>(fact: Fact): Known[Fact] | undefined
  /** `undefined` forgets it. */
  set<Fact extends keyof Known>(fact: Fact, value: Known[Fact] | undefined): void
}

export function facts({ sql }: Store): Facts {
  return {
    get(fact) {
      const [row] = sql.exec<{ value: string }>('SELECT value FROM facts WHERE fact = ?', fact).toArray()
      return row && JSON.parse(row.value)
    },
    set(fact, value) {
      if (value === undefined) sql.exec('DELETE FROM facts WHERE fact = ?', fact)
      else sql.exec('INSERT OR REPLACE INTO facts (fact, value) VALUES (?, ?)', fact, JSON.stringify(value))
    },
  }
}
