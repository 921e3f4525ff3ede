/** Public keys of those who may sign, as the object keeps them. */

/** A public key, as a JWK. What may stand in it is looked at by whoever writes it. */
export interface WrittenKey {
  readonly kid: string
  readonly [member: string]: unknown
}

export interface KeptKey {
  readonly jwk: WrittenKey
  /** When it was published, in seconds since the epoch; 0: somebody wrote it by hand, and did not say. */
  readonly since: number
  /** Has KV taken it? */
  readonly isShown: boolean
}
