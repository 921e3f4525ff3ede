/** Checks of who may call: what stands open, and what `access` of records comes to. */
import { isLoopback } from '../../core/text/private-address.ts'
import { type AccessFinding, accessFindings, letsStrangersIn } from '../../record/check/access.ts'
import { type GuestFinding, guestFindings, sharedMembers, type Trusted, trustedOf } from '../../record/check/guests.ts'
import type { WrittenPolicy } from '../../record/fields.ts'
import { parsePolicy } from '../../record/parse.ts'
import type { ServiceRecord } from '../../record/record.ts'
import { nameOfRef } from '../../schema/backend-ref.ts'
import { nearest } from '../../schema/near.ts'
import type { Check, Finding } from './check.ts'
import { parsedOf } from './parsed.ts'
import type { Seen } from './seen.ts'

/** Names that are told of those that stand open. */
const TOLD = 5

export const ACCESS: readonly Check[] = [
  {
    id: 'entrance-is-protected',
    group: 'security',
    title: 'the public entrance is protected',
    hint: 'Say in the records who may call (access), put Cloudflare Access before it, or set workers_dev = false and give it no route where only Workers call.',
    find(seen) {
      const where = entranceOf(seen)
      if (where === undefined) return undefined
      if (where === 'none') return []
      const open = openTo(seen)
      if (open.length === 0 && (seen.records.size > 0 || isClosed(seen))) return []
      const message = `${where} is reached without Access: whoever reaches it can call ${calledText(open)}.`
      return [{ severity: 'warning', message }]
    },
  },
  {
    id: 'denials-are-not-evaded',
    group: 'security',
    title: 'no denial is evaded by leaving the name out',
    hint: 'Write "default": "deny" and rules that allow: who has no name is then refused, too.',
    find: (seen) => found(seen, 'evaded'),
  },
  {
    id: 'access-rules-decide',
    group: 'security',
    title: 'every rule of access decides something',
    hint: 'Correct the rule, or take it away.',
    find: (seen) => [...found(seen, 'hidden'), ...misspelled(seen), ...(guestly(seen, 'claimless') ?? [])],
  },
  {
    id: 'services-are-not-passed-by',
    group: 'security',
    title: 'what records guard cannot be reached past the mesh',
    hint: 'Show credentials that the service asks for, reach it by a binding, or have it ask by itself: mesh.serve under its own name (docs/trust.md).',
    find: (seen) => found(seen, 'around'),
  },
  {
    id: 'members-are-your-own',
    group: 'security',
    title: 'tokens that say who calls go to no domain that others share',
    hint: 'Name the hosts under members of MESH_TRUST, or a domain of your own.',
    find({ mesh }) {
      const trusted = trustedBy(mesh)
      return trusted && sharedMembers(trusted.members).map((message): Finding => ({ severity: 'warning', message }))
    },
  },
  {
    id: 'guests-are-no-records',
    group: 'security',
    title: 'no guest has the name of a record',
    hint: 'Rename the record, or give the issuer another suffix (under).',
    find: (seen) => guestly(seen, 'named'),
  },
]

/** What is reached from outside; `none` where nothing is. */
function entranceOf({ entrance, mesh }: Seen): string | undefined {
  if (entrance) {
    if (isLoopback(entrance.host)) return undefined
    return entrance.isBehindAccess ? 'none' : entrance.host
  }
  if (mesh?.isPublic === undefined) return undefined
  return mesh.isPublic ? "The mesh's Worker" : 'none'
}

/** Names that strangers may call. */
function openTo({ records, mesh }: Seen): string[] {
  const defaults = defaultsOf(mesh)
  const isOpen = (record: ServiceRecord | undefined) => record !== undefined && letsStrangersIn(record, defaults)
  return parsedOf(records)
    .filter(([, record]) => {
      const { alias, endpoints, rules } = record
      // The record at its end decides; where a record has nothing but rules, those that they lead to do, too.
      if (alias || !isOpen(record)) return false
      const backends = (rules ?? []).flatMap(({ backendRefs = [] }) => backendRefs.map(nameOfRef))
      if (endpoints.length > 0 || backends.length === 0) return true
      return backends.some((name) => isOpen(records.get(name)?.parsed))
    })
    .map(([name]) => name)
}

/** Is what no record speaks of denied? */
function isClosed({ mesh }: Seen): boolean {
  const { default: otherwise, mode } = defaultsOf(mesh) ?? {}
  return otherwise === 'deny' && mode !== 'audit'
}

function calledText(open: readonly string[]): string {
  if (open.length === 0) return 'every service whose record does not say who may'
  const named = open.slice(0, TOLD).join(', ')
  return open.length > TOLD ? `${named} and ${open.length - TOLD} more` : named
}

function defaultsOf(mesh: Seen['mesh']): WrittenPolicy['access'] {
  try {
    return mesh?.variables.MESH_DEFAULTS === undefined ? undefined : parsePolicy(mesh.variables.MESH_DEFAULTS).access
  } catch {
    // The mesh itself says what is wrong with it, by not starting.
    return undefined
  }
}

function found({ records, mesh }: Seen, kind: AccessFinding['kind']): Finding[] {
  const defaults = defaultsOf(mesh)
  const { members } = trustedOf(mesh?.variables.MESH_TRUST)
  return parsedOf(records).flatMap(([name, record]) =>
    accessFindings(record, defaults, members)
      .filter((one) => one.kind === kind)
      .map(({ path, message }): Finding => ({ severity: 'warning', name, path, message })),
  )
}

/** `undefined` where nobody knows: what an installation tells of itself has not the value of `MESH_TRUST`. */
function trustedBy(mesh: Seen['mesh']): Trusted | undefined {
  if (!mesh) return undefined
  const { given, kinds = {}, variables } = mesh
  const written = variables.MESH_TRUST
  if (written === undefined && (given.values.has('MESH_TRUST') || 'MESH_TRUST' in kinds)) return undefined
  return trustedOf(written)
}

function guestly({ records, mesh }: Seen, kind: GuestFinding['kind']): Finding[] | undefined {
  const trusted = trustedBy(mesh)
  if (!trusted) return undefined
  return parsedOf(records).flatMap(([name, record]) =>
    guestFindings(name, record, trusted)
      .filter((one) => one.kind === kind)
      .map(({ path, message }): Finding => ({ severity: 'warning', name, path, message })),
  )
}

/** Callers need no record. One that is nearly the name of a record is meant to be that. */
function misspelled({ records }: Seen): Finding[] {
  const names = [...records.keys()]
  return parsedOf(records).flatMap(([name, { policy }]) =>
    (policy.access?.rules ?? []).flatMap(({ callers = [] }, rule) =>
      callers.flatMap((caller, index): Finding[] => {
        if (caller.startsWith('*') || records.has(caller)) return []
        const meant = nearest(caller, names)
        if (meant === undefined) return []
        const path = ['access', 'rules', rule, 'callers', index]
        return [{ severity: 'warning', name, path, message: `"${caller}" has no record. Did you mean "${meant}"?` }]
      }),
    ),
  )
}
