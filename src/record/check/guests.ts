/** What `MESH_TRUST` and records come to together: who gets tokens, and who could be taken for a guest or has no claims. */
import type { ServiceRecord } from '../record.ts'

/** Who is trusted, as far as a configuration says it. */
export interface Trusted {
  /** Hosts that belong to the mesh: they are sent tokens that say who calls. */
  readonly members: readonly string[]
  /** Suffixes of guests: `under` of each issuer. */
  readonly suffixes: readonly string[]
}

export interface GuestFinding {
  /**
   * - `named`: a guest may have the name of this record.
   * - `claimless`: a rule asks for claims of callers that have none.
   */
  readonly kind: 'named' | 'claimless'
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Domains of platforms, right beneath which anybody may have a host. `*` is a label, as that of a region; what is above one is shared, too. */
const SHARED = [
  'workers.dev',
  'pages.dev',
  'trycloudflare.com',
  '*.run.app',
  'cloudfunctions.net',
  'appspot.com',
  'lambda-url.*.on.aws',
  'execute-api.*.amazonaws.com',
  '*.elb.amazonaws.com',
  'elb.*.amazonaws.com',
  '*.awsapprunner.com',
  'cloudfront.net',
  '*.azurewebsites.net',
  '*.azurecontainerapps.io',
  '*.azurestaticapps.net',
  'azurefd.net',
  'azure-api.net',
  'vercel.app',
  'netlify.app',
  'deno.dev',
  'fly.dev',
  'onrender.com',
  'herokuapp.com',
  'ngrok.app',
  'ngrok-free.app',
]

/** Members that whoever has an account of that platform can be, each with why. @param members hosts, `*.` and one. */
export function sharedMembers(members: readonly string[]): string[] {
  return members
    .filter((member) => member.startsWith('*.') && SHARED.some((domain) => isAbove(member.slice(2), domain)))
    .map(
      (member) =>
        `"${member}" is a domain that many share: whoever has a host there can be sent tokens that say who calls. Name the hosts.`,
    )
}

/** Are hosts of others beneath `said`, where anybody may have one beneath `shared`? */
function isAbove(said: string, shared: string): boolean {
  const [labels, wanted] = [said.split('.').toReversed(), shared.split('.').toReversed()]
  if (labels.length > wanted.length) return false
  return labels.every((label, index) => wanted[index] === '*' || label === wanted[index])
}

/** @param name of the record; `undefined` where nobody says it. */
export function guestFindings(
  name: string | undefined,
  { policy }: Pick<ServiceRecord, 'policy'>,
  { suffixes }: Pick<Trusted, 'suffixes'>,
): GuestFinding[] {
  return [...named(name, suffixes), ...claimless(policy.access?.rules ?? [], suffixes)]
}

function named(name: string | undefined, suffixes: readonly string[]): GuestFinding[] {
  if (name === undefined) return []
  const [service = ''] = name.split('@')
  const suffix = suffixes.find((one) => service === one || service.endsWith(`.${one}`))
  if (suffix === undefined) return []
  const message = `is beneath "${suffix}", the suffix of an issuer of MESH_TRUST: a guest may have this name, and what lets in the one lets in the other.`
  return [{ kind: 'named', path: [], message }]
}

type Rules = NonNullable<NonNullable<ServiceRecord['policy']['access']>['rules']>

function claimless(rules: Rules, suffixes: readonly string[]): GuestFinding[] {
  return rules.flatMap(({ name, callers, claims }, rule): GuestFinding[] => {
    if (!claims) return []
    const path = ['access', 'rules', rule]
    if (suffixes.length === 0) {
      const message = `"${name}" asks for claims, which only guests have, and MESH_TRUST names no issuer: it matches nobody.`
      return [{ kind: 'claimless', path: [...path, 'claims'], message }]
    }
    return (callers ?? []).flatMap((caller, index): GuestFinding[] => {
      if (mayBeGuest(caller, suffixes)) return []
      const known = suffixes.map((one) => `"${one}"`).join(', ')
      const message = `"${name}" asks for claims, which only guests have, and "${caller}" is none: it is not beneath ${known}, the suffixes of the issuers of MESH_TRUST.`
      return [{ kind: 'claimless', path: [...path, 'callers', index], message }]
    })
  })
}

/** Could a guest be meant? @param said a name, `*.` and one, or `*`. */
function mayBeGuest(said: string, suffixes: readonly string[]): boolean {
  if (said === '*') return true
  const name = said.replace(/^\*\./, '')
  return suffixes.some(
    (suffix) => name === suffix || name.endsWith(`.${suffix}`) || (name !== said && suffix.endsWith(`.${name}`)),
  )
}

/** A `MESH_TRUST`, as far as it can be read: the mesh itself says what is wrong with it. @param trust left out: nothing is said. */
export function trustedOf(trust: string | undefined): Trusted {
  try {
    const { members, issuers } = (JSON.parse(trust ?? '{}') ?? {}) as { members?: unknown; issuers?: unknown }
    const suffixes = listOf(issuers).map((one) => (one as { under?: unknown } | null)?.under)
    return { members: listOf(members).filter(isText), suffixes: suffixes.filter(isText) }
  } catch {
    return { members: [], suffixes: [] }
  }
}

function listOf(said: unknown): readonly unknown[] {
  return Array.isArray(said) ? said : []
}

function isText(said: unknown): said is string {
  return typeof said === 'string'
}
