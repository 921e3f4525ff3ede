/** The admin API in memory, for the wording of the command: records, their past, and who may write. */
import {
  type AdminClient,
  AdminError,
  type AdminProblem,
  adminClient,
  type Change,
  type How,
  type RevisionView,
  type SimulationView,
  type WrittenRecord,
} from '../../src/admin/client.ts'
import type { Clock } from '../../src/core/time/clock.ts'

export interface AdminFake extends AdminClient {
  /** Somebody else writes. */
  write(
    name: string,
    record: WrittenRecord | null,
    by?: Partial<Pick<RevisionView, 'author' | 'message' | 'origin'>>,
  ): void
  /** Transactions that were asked for, the refused ones, too. */
  readonly asked: { readonly changes: readonly Change[]; readonly how: How }[]
  /** What simulations tell, and what they were asked. Default: that nobody goes elsewhere. */
  simulation: SimulationView | Error
  readonly simulated: { readonly changes: readonly Pick<Change, 'name' | 'record'>[]; readonly window?: string }[]
  /** Is asked before each transaction; what it throws is what the client throws. */
  before: (changes: readonly Change[]) => void
  /** Names that KV does not hold yet. */
  waiting: () => number
}

const NOBODY: SimulationView = {
  recordedSince: '2026-11-29T00:00:00.000Z',
  shapes: 0,
  requests: 0,
  moved: 0,
  broken: 0,
  mended: 0,
  unknown: 0,
  services: [],
}

export function adminFake(clock: Clock, records: Readonly<Record<string, WrittenRecord>> = {}): AdminFake {
  const past = new Map<string, RevisionView[]>()
  let revision = 0
  const newest = (name: string) => past.get(name)?.at(0)
  const add = (row: Omit<RevisionView, 'revision' | 'at'>) => {
    const at = new Date(clock.now()).toISOString()
    past.set(row.name, [{ ...row, revision, at }, ...(past.get(row.name) ?? [])])
  }
  const viewOf = (name: string) => {
    const row = newest(name)
    return row?.record == null ? undefined : { ...row, record: row.record, state: 'published' as const }
  }
  const pageOf = <Item>(all: readonly Item[], limit = 100, cursor = '0') => {
    const items = all.slice(Number(cursor), Number(cursor) + limit)
    const next = Number(cursor) + items.length
    return { items, ...(next < all.length ? { cursor: String(next) } : {}) }
  }
  const write = (changes: readonly Change[], how: How, origin: RevisionView['origin'] = 'api') => {
    const refusals = changes.flatMap((change): NonNullable<AdminProblem['refusals']>[number][] => {
      const current = viewOf(change.name) ?? null
      const holds = change.ifNoneMatch === undefined ? change.ifMatch === current?.revision : current === null
      return holds ? [] : [{ code: 'mismatch', name: change.name, current, difference: [] }]
    })
    const [first] = refusals
    if (first) {
      throw new AdminError({
        title: 'Precondition failed',
        status: 412,
        detail: 'It was written meanwhile.',
        ...first,
        refusals,
      })
    }
    const changed = changes.filter(
      ({ name, record }) => JSON.stringify(viewOf(name)?.record ?? null) !== JSON.stringify(record),
    )
    const names = changed.map(({ name }) => name)
    const created = names.filter((name) => viewOf(name) === undefined)
    if (how.dryRun) return { revision, changed: names, created, dryRun: true as const }
    if (changed.length > 0) revision += 1
    for (const { name, record } of changed) {
      add({ name, record, author: how.author ? `ci (says: ${how.author})` : 'ci', message: how.message ?? '', origin })
    }
    return { revision, changed: names, created }
  }
  revision = 1
  for (const [name, record] of Object.entries(records)) {
    add({ name, record, author: null, message: '', origin: 'adopt' })
  }

  const unasked = adminClient({
    url: 'http://fake',
    fetch: async (url) => {
      throw new TypeError(`The fake has no answer to ${url}.`)
    },
  })
  const fake: AdminFake = {
    ...unasked,
    asked: [],
    simulated: [],
    simulation: NOBODY,
    async simulate(changes, window) {
      fake.simulated.push({ changes, ...(window === undefined ? {} : { window }) })
      if (fake.simulation instanceof Error) throw fake.simulation
      return fake.simulation
    },
    before: () => {},
    waiting: () => 0,
    write(name, record, { author = 'anna', message = '', origin = 'api' } = {}) {
      revision += 1
      add({ name, record, author, message, origin })
    },
    list: async ({ prefix = '', limit, cursor } = {}) => {
      // Subscriptions are listed by their prefix alone.
      const isListed = (name: string) => name.startsWith('events/') === prefix.startsWith('events/')
      const names = [...past.keys()].filter((name) => name.startsWith(prefix) && isListed(name)).sort()
      return pageOf(
        names.flatMap((name) => viewOf(name) ?? []),
        limit,
        cursor,
      )
    },
    get: async (name) => viewOf(name),
    change: async (changes, how = {}) => {
      fake.asked.push({ changes, how })
      fake.before(changes)
      return write(changes, how)
    },
    revision: async (revision) => {
      const rows = [...past.values()].flat().filter((row) => row.revision === revision)
      const [first] = rows
      if (!first) return undefined
      const { name: _, record: __, ...stamp } = first
      return { ...stamp, names: rows.length, waiting: fake.waiting(), publishedAt: null }
    },
    grant: async (names) => ({
      grant: names.join(' '),
      names,
      expiresAt: new Date(clock.now() + 300_000).toISOString(),
    }),
    history: async (name, { limit, cursor } = {}) => pageOf(past.get(name) ?? [], limit, cursor),
    changes: async ({ limit, cursor } = {}) =>
      pageOf(
        [...past.values()].flat().sort((one, other) => other.revision - one.revision),
        limit,
        cursor,
      ),
    rollback: async (name, to, how = {}) => {
      const { ifMatch, ifNoneMatch } = how
      const condition = {
        ...(ifMatch === undefined ? {} : { ifMatch }),
        ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
      }
      const old = past.get(name)?.find((row) => row.revision === to)
      if (!old) {
        throw new AdminError({
          title: 'Not found',
          status: 404,
          code: 'not_found',
          detail: `"${name}" has no such revision.`,
        })
      }
      return write([{ name, record: old.record, ...condition }], how, 'rollback')
    },
  }
  return fake
}
