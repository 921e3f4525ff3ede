/** What checks look at, with only what matters spelled out: an installation in which all is well. */
import type { Seen, SeenControl, SeenMesh, SeenRevision } from '../../src/admin/checks/seen.ts'
import { seenRecords, seenSubscriptions } from '../../src/admin/checks/seen-records.ts'

export const MESH: SeenMesh = {
  version: '0.2.0',
  given: {
    bindings: new Map([['USERS', 'services']]),
    values: new Set(['TOKEN', 'MESH_HOSTS']),
    queues: { produced: new Map(), consumed: new Map() },
  },
  kinds: { REGISTRY: 'kv', CONTROL: 'service', USERS: 'service', TOKEN: 'value', MESH_HOSTS: 'value' },
  variables: { MESH_HOSTS: 'mesh.acme.dev,*.edge.acme.dev', MESH_SECRETS: 'TOKEN' },
  flags: ['enable_request_signal', 'request_signal_passthrough'],
  topics: false,
  compatibilityDate: undefined,
  isPublic: undefined,
}

export const CONTROL: SeenControl = {
  version: '0.2.0',
  has: new Set(['REGISTRY', 'REGISTRY_OBJECT', 'ADMIN_TOKEN']),
  weaknesses: [],
}

export const revision = (name: string, more: Partial<SeenRevision> = {}): SeenRevision => ({
  name,
  revision: 7,
  state: 'published',
  isStamped: true,
  ageMs: 3_600_000,
  ...more,
})

/** @param records by name: a text as it stands in KV, or an object. */
export function givenSeen(records: Readonly<Record<string, string | object>> = {}, more: Partial<Seen> = {}): Seen {
  const texts = Object.entries(records).map(
    ([name, record]) => [name, typeof record === 'string' ? record : JSON.stringify(record)] as const,
  )
  return {
    records: seenRecords(texts),
    subscriptions: seenSubscriptions(texts),
    isAll: true,
    mesh: MESH,
    isAsked: true,
    control: CONTROL,
    kv: { answer: new Map() },
    history: { answer: [] },
    objectBytes: 100_000,
    letters: { answer: [] },
    now: 1_760_000_000_000,
    entrance: { host: 'mesh.acme.dev', isBehindAccess: true },
    sagas: { answer: [] },
    minVersion: '0.2.0',
    asker: '0.2.0',
    ...more,
  }
}
