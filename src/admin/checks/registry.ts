/** Checks of where records are kept: KV, history, and whether the two say the same. */
import { isLoopback } from '../../core/text/private-address.ts'
import { uncalled } from '../../record/check/key.ts'
import type { Check, Finding } from './check.ts'
import { isMeshHost } from './hosts.ts'
import type { SeenRevision } from './seen.ts'

/** As long as KV may show what was there before (docs/control-plane.md): until then a difference is no finding. */
const LAG_MS = 180_000

const GB = 1_000_000_000
/** What the platform lets one object with SQLite store. */
const FULL_BYTES = 10 * GB
const NEARLY = 0.8

export const REGISTRY: readonly Check[] = [
  {
    id: 'kv-is-readable',
    group: 'registry',
    title: 'the KV namespace REGISTRY can be read',
    hint: 'Compare the id under kv_namespaces of both Workers with `wrangler kv namespace list`.',
    find({ kv }) {
      if (!kv) return undefined
      return 'failure' in kv ? [{ severity: 'error', message: `KV does not answer: ${kv.failure}` }] : []
    },
  },
  {
    id: 'object-is-reachable',
    group: 'registry',
    title: 'the object that orders writes answers',
    hint: 'Services are called without it. If it stays so, look at the log of the control plane.',
    find({ history }) {
      if (!history) return undefined
      return 'failure' in history
        ? [{ severity: 'error', message: `The object does not answer: ${history.failure}` }]
        : []
    },
  },
  {
    id: 'object-has-room',
    group: 'registry',
    title: 'the object has room for history',
    hint: 'Export history, leave out old revisions, and restore the rest into a new object: docs/control-plane.md tells how.',
    find({ objectBytes }) {
      if (objectBytes === undefined) return undefined
      if (objectBytes < FULL_BYTES * NEARLY) return []
      const message = `The object holds ${(objectBytes / GB).toFixed(1)} of ${FULL_BYTES / GB} GB: when it is full, nothing can be written.`
      return [{ severity: objectBytes < FULL_BYTES * 0.95 ? 'warning' : 'error', message }]
    },
  },
  {
    id: 'revisions-agree',
    group: 'registry',
    title: 'KV holds what history says',
    hint: 'Ask again in a minute. If it stays so, `selvedge history NAME` says who wrote last.',
    find({ kv, history }) {
      if (!kv || !history || 'failure' in kv || 'failure' in history) return undefined
      const known = new Map(history.answer.map((one) => [one.name, one]))
      const differing = history.answer.flatMap((one) => differenceOf(one, kv.answer))
      const added = [...kv.answer.keys()]
        .filter((name) => !known.has(name))
        .map((name): Finding => ({ severity: 'warning', name, message: 'stands in KV, and is not in history yet.' }))
      return [...differing, ...added]
    },
  },
  {
    id: 'no-edit-by-hand-waits',
    group: 'registry',
    title: 'no edit by hand waits for a decision',
    hint: '`selvedge drift NAME` shows the two; with --adopt the edit stands, with --overwrite what history has.',
    find({ history }) {
      if (!history || 'failure' in history) return undefined
      return history.answer
        .filter(({ state }) => state === 'drifted')
        .map(({ name }) => ({
          severity: 'error',
          name,
          message: 'was edited in KV by hand while a write was waiting: nothing is written until somebody decides.',
        }))
    },
  },
  {
    id: 'hosts-are-distinct',
    group: 'registry',
    title: "no name is taken by the mesh's own hosts",
    hint: 'Call it by its path (/svc/NAME/), rename the record, or take the host out of MESH_HOSTS.',
    find(seen) {
      const { mesh, records } = seen
      const domain = mesh?.variables.MESH_DOMAIN ?? 'mesh'
      return [...records.keys()].flatMap((name): Finding[] => {
        const taken = uncalled(name, domain)
        if (taken !== undefined) return [{ severity: 'warning', name, message: taken }]
        const host = name.replace(/^\*\./, 'any.')
        if (isLoopback(host) || !isMeshHost(seen, host)) return []
        const message = `is a host of the mesh itself (MESH_HOSTS): by this host its own paths are called, and never the record.`
        return [{ severity: 'warning', name, message }]
      })
    },
  },
]

function differenceOf(
  { name, revision, state, isStamped, ageMs }: SeenRevision,
  kv: ReadonlyMap<string, number | undefined>,
): Finding[] {
  // What is on its way, or drifts, is told elsewhere.
  if (state !== 'published' || ageMs < LAG_MS) {
    if (state !== 'publishing' || ageMs < LAG_MS) return []
    return [
      { severity: 'warning', name, message: `KV has not taken revision ${revision} yet, after ${minutes(ageMs)}.` },
    ]
  }
  if (!kv.has(name))
    return [{ severity: 'error', name, message: `is in history as revision ${revision}, and not in KV.` }]
  const stamped = kv.get(name)
  if (!isStamped || stamped === revision) return []
  const shown = stamped === undefined ? 'a record without a revision' : `revision ${stamped}`
  return [{ severity: 'warning', name, message: `KV shows ${shown} where history has ${revision}.` }]
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`
}
