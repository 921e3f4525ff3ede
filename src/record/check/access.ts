/** What the `access` of a record comes to, where that is other than it looks. */
import { isLoopback } from '../../core/text/private-address.ts'
import { matchesWildcard } from '../../core/text/wildcard.ts'
import { type Access, type AccessPolicy, type AccessRule, accessPolicy } from '../../features/access/policy.ts'
import type { PathMatch } from '../../schema/path-match.ts'
import type { ServiceRecord } from '../record.ts'

export interface AccessFinding {
  /**
   * - `evaded`: who leaves his name out passes.
   * - `hidden`: a rule decides nothing, since another one decides all that it is about.
   * - `around`: the service can be reached past the mesh.
   */
  readonly kind: 'evaded' | 'hidden' | 'around'
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * @param defaults `access` of `MESH_DEFAULTS`.
 * @param members hosts of `MESH_TRUST` that belong to the mesh: they are sent tokens that say who calls.
 */
export function accessFindings(
  record: ServiceRecord,
  defaults: Access = {},
  members: readonly string[] = [],
): AccessFinding[] {
  const { access } = record.policy
  if (!access) return []
  const policy = inEffect(record, defaults) as AccessPolicy
  return [...evaded(policy), ...hidden(policy), ...around(record, members)]
}

/** Does a record let in whoever has no name, to all that it has? @param record `undefined` where there is none. */
export function letsStrangersIn(record: ServiceRecord, defaults: Access = {}): boolean {
  const policy = inEffect(record, defaults)
  if (!policy || policy.mode === 'audit') return true
  return policy.default === 'allow' && !policy.rules?.some(deniesAll)
}

/** As `record/policies.ts` has it: what a record does not say is that of `MESH_DEFAULTS`. */
function inEffect({ policy: { access } }: ServiceRecord, defaults: Access): AccessPolicy | undefined {
  const isSilent = access === undefined && Object.keys(defaults).length === 0
  return isSilent ? undefined : accessPolicy({ ...defaults, ...access })
}

function deniesAll({ effect, callers, claims, methods, paths }: AccessRule): boolean {
  return effect === 'deny' && !callers && !claims && !methods && !paths
}

function evaded({ default: otherwise, rules = [] }: AccessPolicy): AccessFinding[] {
  if (otherwise === 'deny' || rules.some(deniesAll)) return []
  return rules.flatMap(({ name, effect, callers, claims }, index): AccessFinding[] => {
    if (effect === 'allow' || !(callers || claims)) return []
    const message = `"${name}" denies callers by their names, and all else is allowed: whoever leaves his name out passes. "default": "deny" asks for one.`
    return [{ kind: 'evaded', path: ['access', 'rules', index, callers ? 'callers' : 'claims'], message }]
  })
}

function hidden({ rules = [] }: AccessPolicy): AccessFinding[] {
  return rules.flatMap((rule, index): AccessFinding[] => {
    // Of two that say the same the second is told.
    const by = rules.find((other, at) => {
      const mayHide = other.effect === 'deny' || rule.effect === 'allow'
      return other !== rule && mayHide && covers(other, rule) && (at < index || !isHiddenBy(rule, other))
    })
    if (!by) return []
    const what = by.effect === 'deny' ? 'denies' : 'allows'
    const message = `"${rule.name}" decides nothing: "${by.name}" ${what} all that it is about.`
    return [{ kind: 'hidden', path: ['access', 'rules', index], message }]
  })
}

/** Do both say the same? */
function isHiddenBy(other: AccessRule, rule: AccessRule): boolean {
  return other.effect === rule.effect && covers(other, rule)
}

/** Does a rule match whatever the other one matches? Where that cannot be told, it does not. */
function covers(rule: AccessRule, other: AccessRule): boolean {
  return (
    !rule.claims &&
    isWithin(rule.callers, other.callers, matchesCaller) &&
    isWithin(rule.methods, other.methods, (method, another) => method === another) &&
    isWithin(rule.paths, other.paths, matchesPath)
  )
}

function isWithin<Of>(
  all: readonly Of[] | undefined,
  some: readonly Of[] | undefined,
  matches: (one: Of, other: Of) => boolean,
): boolean {
  if (!all) return true
  return some?.every((other) => all.some((one) => matches(one, other))) ?? false
}

function matchesCaller(said: string, other: string): boolean {
  return said === '*' || matchesWildcard(said, other)
}

function matchesPath(said: string | PathMatch, other: string | PathMatch): boolean {
  const [one, another] = [matchOf(said), matchOf(other)]
  if (one.type === another.type && one.value === another.value) return true
  if (one.type !== 'PathPrefix' || another.type === 'RegularExpression') return false
  return another.value === one.value || another.value.startsWith(`${one.value}/`)
}

function matchOf(path: string | PathMatch): Required<PathMatch> & { type: string; value: string } {
  const { type = 'PathPrefix', value = '/' } = typeof path === 'string' ? { value: path } : path
  return { type, value: type === 'PathPrefix' ? value.replace(/\/$/, '') : value }
}

function around({ endpoints }: ServiceRecord, members: readonly string[]): AccessFinding[] {
  const index = endpoints.findIndex(
    ({ target }) => target.kind === 'url' && !target.credentials && isElsewhere(target.url, members),
  )
  if (index < 0) return []
  const message =
    'is an address without credentials: whoever knows it reaches the service past the mesh, where nothing of access holds but what its own serve asks.'
  return [{ kind: 'around', path: ['endpoints', index], message }]
}

/** This machine is nobody else's to reach, and a member can tell by its token who calls. */
function isElsewhere(url: string, members: readonly string[]): boolean {
  const { hostname } = new URL(url)
  return !isLoopback(hostname) && !members.some((said) => matchesWildcard(said, hostname))
}
