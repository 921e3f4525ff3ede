/** What the admin API tells of keys. */

/** A public key of those who may sign. */
export interface KeyView {
  readonly kid: string
  readonly alg: string
  /** When it was published; `null`: by hand, and nobody said. */
  readonly since: string | null
  /** A mesh that has it signs with it from then on; `null`: it did before. */
  readonly signsFrom: string | null
  /** For whom it may speak. Left out: for all names. */
  readonly callers?: readonly string[]
  /** Names and tags that it may swap. */
  readonly overrides?: readonly string[]
  /** Has KV taken it? If not, publish it again. */
  readonly shown: boolean
}

export interface KeysView {
  readonly keys: readonly KeyView[]
}
