/** What `MESH_TRUST` may say: the trust domain, whose keys are believed, with which one signs, and who belongs to the mesh. */
import * as v from 'valibot'
import { isServiceName } from '../../core/endpoint.ts'
import { isKeyAddress } from '../../schema/address.ts'
import { duration, list, must, object, text } from '../../schema/kit.ts'
import { issuer, type WrittenIssuer } from './issuer-policy.ts'

/** Patterns of hosts, at most. */
const MAX_MEMBERS = 256
const MAX_ISSUERS = 16

export interface WrittenTrust {
  /** The trust domain: the issuer of the mesh's tokens, and the realm that its refusals name. A host name, such as `mesh.example.com`. */
  domain: string
  /**
   * The public keys of those who may sign: a JWKS (RFC 7517); `kv` for the key `keys` of the KV namespace `TRUST`; or the address where a mesh
   * serves them, `https://mesh.example.com/-/trust/jwks.json`. Left out: no token is believed.
   */
  keys?: object | string | undefined
  /** The name of the secret that holds the private keys of this mesh. Left out: it signs nothing. */
  sign?: string | undefined
  /**
   * Hosts of URL endpoints that belong to the mesh: exact, or `*.internal.example.com` for any depth beneath it. They are told who calls and what the
   * call may spend. Left out: nobody has said it, and none gets a token.
   */
  members?: readonly string[] | undefined
  /** Issuers outside of the mesh: callers that show one of their tokens are guests. */
  issuers?: readonly WrittenIssuer[] | undefined
  /** Of signed overrides: how long one may live at most, as a duration. Left out: `24h`. */
  overrides?: { maxAge?: string | undefined } | undefined
}

export function trust(): v.GenericSchema<WrittenTrust> {
  return object({
    domain: text(isServiceName, 'a host name, such as "mesh.example.com"'),
    keys: v.optional(
      v.lazy((value) => (typeof value === 'string' ? source() : v.looseObject({}, `Expected ${SOURCE}`))),
    ),
    // Others a record may name, and would send where it likes.
    sign: v.optional(text(/^MESH_\w{1,123}$/, 'the name of a secret that begins with MESH_')),
    members: v.optional(list(text(MEMBER, 'a host, or "*." and one'), 'members', MAX_MEMBERS)),
    issuers: v.optional(
      v.pipe(
        list(issuer(), 'issuers', MAX_ISSUERS),
        must(areApart, 'for each issuer a suffix of its own, none beneath another'),
      ),
    ),
    overrides: v.optional(object({ maxAge: v.optional(duration()) })),
  }) as v.GenericSchema<WrittenTrust>
}

/** Guests of one issuer could be taken for those of another. */
function areApart(issuers: readonly WrittenIssuer[]): boolean {
  const suffixes = issuers.map(({ under }) => `.${under}`)
  return suffixes.every((one, index) => suffixes.every((other, at) => at === index || !one.endsWith(other)))
}

const SOURCE = 'a JWKS, "kv", or the https:// address of one'
const MEMBER = /^(?=.{1,253}$)(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$|^\[[0-9a-f:]+\]$/

function source() {
  return text((said) => said === 'kv' || isKeyAddress(said), SOURCE)
}
