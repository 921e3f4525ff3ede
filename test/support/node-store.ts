/** The SQLite of a Durable Object, by that of Node. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Store } from '../../src/durable/store.ts'

export function nodeStore(): Store {
  const database = new DatabaseSync(':memory:')
  const statements = new Map<string, StatementSync>()
  // One transaction within another takes back what it wrote itself, as in a Durable Object.
  let depth = 0
  const prepared = (query: string) => {
    const statement = statements.get(query) ?? database.prepare(query)
    statements.set(query, statement)
    return statement
  }
  return {
    sql: {
      exec<Row>(query: string, ...bindings: (string | number | null)[]) {
        // Several statements at once, as tables are made.
        if (query.trim().startsWith('CREATE')) {
          database.exec(query)
          return Object.assign([] as Row[], { toArray: () => [] })
        }
        const rows = (prepared(query).all(...bindings) as Row[]).map((row) => ({ ...row }))
        return Object.assign(rows, { toArray: () => [...rows] })
      },
      get databaseSize() {
        const [pages, bytes] = ['page_count', 'page_size'].map((of) => Number(prepared(`PRAGMA ${of}`).get()?.[of]))
        return (pages ?? 0) * (bytes ?? 0)
      },
    },
    transactionSync(work) {
      const savepoint = `level${depth++}`
      database.exec(`SAVEPOINT ${savepoint}`)
      try {
        const result = work()
        database.exec(`RELEASE ${savepoint}`)
        return result
      } catch (error) {
        database.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`)
        throw error
      } finally {
        depth--
      }
    },
  }
}
