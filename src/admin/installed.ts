/** An installation as checks see it: gathered from KV, from the object, and from what the mesh says of itself. */
import { SAGA_ENDS } from '../core/saga/told.ts'
import type { Current } from '../durable/ledger/reads.ts'
import type { SagaCount } from '../durable/sagas/saga-book.ts'
import { EVENTS } from '../record/events/event-key.ts'
import { keyOf, nameOf } from '../registry/keys.ts'
import { type BindingKind, type Installation, readInstallation } from '../wire/installation.ts'
import { guessable, weaknessesOf } from './auth/tokens.ts'
import type { Reached, Seen, SeenControl, SeenMesh, SeenRevision } from './checks/seen.ts'
import { seenRecords, seenSubscriptions } from './checks/seen-records.ts'
import { type ControlEnv, deadLettersOf, type Registry, registryOf, sagasOf } from './env.ts'
import { lookAtStalest } from './sagas/workflow.ts'

declare const SELVEDGE_VERSION: string

/** Records that are looked at, at most: each is parsed. */
const MOST_RECORDS = 10_000
const PAGE = 1_000

/** Where a wrangler configuration says a binding of each kind that endpoints name. */
const SECTIONS: Partial<Record<BindingKind, string>> = {
  service: 'services',
  dispatch: 'dispatch_namespaces',
  object: 'durable_objects.bindings',
  queue: 'queues.producers',
  workflow: 'workflows',
  ratelimit: 'ratelimits',
}

/** @param asker the version of who asks. */
export async function seenInstallation(
  env: ControlEnv,
  request: Request,
  now: number,
  asker: string | undefined,
): Promise<Seen> {
  const registry = registryOf(env)
  const letters = deadLettersOf(env)
  const [history, kv, settings, size, weak, sagas, dead] = await Promise.all([
    reached(() => allRecords(registry)),
    reached(() => keysOf(env.REGISTRY)),
    reached(() => registry.settings()),
    reached(() => registry.size()),
    reached(() => guessable(env)),
    reached(async () => {
      await lookAtStalest(env)
      return sagasOf(env)?.counts()
    }),
    letters && reached(() => letters.counts()),
  ])
  const told = readInstallation(request.headers)
  const items = 'answer' in history ? history.answer.items : []
  const texts = items.map(({ name, text }) => [name, text] as const)
  return {
    records: seenRecords(texts),
    subscriptions: seenSubscriptions(texts),
    isAll: 'answer' in history && history.answer.isAll,
    mesh: told && meshOf(told),
    isAsked: true,
    control: controlOf(env, 'answer' in weak ? weak.answer : []),
    kv,
    history: 'answer' in history ? { answer: items.map((item) => revisionOf(item, now)) } : history,
    objectBytes: 'answer' in size ? size.answer : undefined,
    letters: dead,
    now,
    entrance: {
      host: new URL(request.url).hostname,
      isBehindAccess: request.headers.has('cf-access-jwt-assertion'),
    },
    sagas: 'answer' in sagas && sagas.answer ? { answer: sagas.answer.map((one) => sagasSeen(one, now)) } : undefined,
    minVersion: ('answer' in settings && settings.answer.minVersion) || undefined,
    asker,
  }
}

/** Nothing that fails ends a check: that is what it is to tell. */
async function reached<Answer>(ask: () => Promise<Answer>): Promise<Reached<Answer>> {
  try {
    return { answer: await ask() }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

async function allRecords(registry: Registry): Promise<{ items: Current[]; isAll: boolean }> {
  const items: Current[] = []
  let cursor: string | undefined
  do {
    const page = await registry.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined && items.length < MOST_RECORDS)
  return { items, isAll: cursor === undefined }
}

/** Names, and the revision that each is stamped with. */
async function keysOf(kv: KVNamespace): Promise<Map<string, number | undefined>> {
  const names = new Map<string, number | undefined>()
  for (const prefix of [keyOf(''), EVENTS]) {
    let cursor: string | undefined
    do {
      const page: KVNamespaceListResult<unknown> = await kv.list({
        prefix,
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const { name, metadata } of page.keys) names.set(nameOf(name), stampOf(metadata))
      cursor = page.list_complete ? undefined : page.cursor
    } while (cursor !== undefined && names.size < MOST_RECORDS)
  }
  return names
}

function stampOf(metadata: unknown): number | undefined {
  const { revision } = (metadata ?? {}) as { readonly revision?: unknown }
  return typeof revision === 'number' ? revision : undefined
}

function meshOf({ version, topics = false, bindings, variables, flags }: Installation): SeenMesh {
  const kinds = Object.entries(bindings)
  const sections = kinds.flatMap(([name, kind]): [string, string][] => {
    const section = SECTIONS[kind]
    return section === undefined ? [] : [[name, section]]
  })
  const values = kinds.filter(([, kind]) => kind === 'value' || kind === 'json').map(([name]) => name)
  const given = { bindings: new Map(sections), values: new Set(values) }
  return {
    version,
    given,
    kinds: bindings,
    variables,
    flags,
    topics,
    compatibilityDate: undefined,
    isPublic: undefined,
  }
}

function controlOf(env: ControlEnv, weak: readonly string[]): SeenControl {
  return {
    version: typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : undefined,
    has: new Set(Object.keys(env)),
    weaknesses: [...weaknessesOf(env), ...weak],
  }
}

function sagasSeen({ saga, version, state, count, parkedAt, withoutCode }: SagaCount, now: number) {
  const sinceMs = parkedAt === null ? undefined : now - parkedAt
  return { saga, version, state, isEnded: SAGA_ENDS.includes(state), count, sinceMs, withoutCode }
}

function revisionOf({ name, revision, state, origin, at }: Current, now: number): SeenRevision {
  const isStamped = origin === 'api' || origin === 'rollback' || origin === 'restore'
  return { name, revision, state, isStamped, ageMs: now - at }
}
