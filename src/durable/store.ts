/** Where an object keeps what it must not forget: SQLite, in the shape that a Durable Object has it. It comes in as a value. */

export type SqlValue = string | number | null

/** A part of `DurableObjectStorage`. */
export interface Store {
  readonly sql: {
    exec<Row extends Record<string, SqlValue>>(
      query: string,
      ...bindings: SqlValue[]
    ): Iterable<Row> & { toArray(): Row[] }
    /** Bytes of all that is stored. */
    readonly databaseSize: number
  }
  /** All that `work` writes, or nothing where it throws. */
  transactionSync<T>(work: () => T): T
}
