/** What these helpers ask of a Durable Object: its SQLite, its alarm and its id. They come in as values. */

export type SqlValue = string | number | null

/** A part of `SqlStorage`. */
export interface Sql {
  exec<Row extends Record<string, SqlValue>>(
    query: string,
    ...bindings: SqlValue[]
  ): Iterable<Row> & { toArray(): Row[] }
}

/** A part of `DurableObjectStorage`: all that `work` writes is kept, or nothing where it throws. */
export interface Transactional {
  readonly sql: Sql
  transactionSync<T>(work: () => T): T
}

/** A part of `DurableObjectState`. */
export interface ObjectState {
  readonly id: { toString(): string }
  readonly storage: Transactional & {
    getAlarm(): Promise<number | null>
    setAlarm(at: number): Promise<void>
  }
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>
}

/**
 * The rows of a first query of a transaction. Where its table is not there yet, it is made: who calls holds no state that could
 * know of it.
 */
export function rowsOf<Row extends Record<string, SqlValue>>(
  sql: Sql,
  tables: string,
  query: string,
  ...bindings: SqlValue[]
): Row[] {
  try {
    return sql.exec<Row>(query, ...bindings).toArray()
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('no such table: selvedge_'))) throw error
    sql.exec(tables)
    return sql.exec<Row>(query, ...bindings).toArray()
  }
}

/**
 * What work in a transaction gave.
 *
 * @throws {TypeError} where it is a promise: what comes after its first `await` is in no transaction.
 */
export function synchronous<T>(value: T): T {
  if (value instanceof Promise) {
    value.catch(() => {})
    throw new TypeError('The work of a transaction is synchronous: it may not be an async function.')
  }
  return value
}

/** @throws {TypeError} for none: all who bring none would be one. */
export function assertKey(key: unknown): void {
  if (typeof key !== 'string' || key === '') {
    throw new TypeError(`A key is a text, and not empty; got ${JSON.stringify(key)}.`)
  }
}

/** As it is remembered. */
export function toJson(value: unknown): string | null {
  return JSON.stringify(value) ?? null
}

export function fromJson<T>(text: string | null): T {
  return (text === null ? undefined : JSON.parse(text)) as T
}
