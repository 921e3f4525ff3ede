/** What `MESH_TRUST` may say of an issuer outside of the mesh: whose tokens make a caller a guest, and under which names. */
import * as v from 'valibot'
import { isServiceName } from '../../core/endpoint.ts'
import { isKeyAddress } from '../../schema/address.ts'
import { list, must, object, oneOf, text } from '../../schema/kit.ts'

export type IssuerMode = 'enforce' | 'audit'

export interface WrittenIssuer {
  /** `iss`, exactly. */
  issuer: string
  /** One of them must be among `aud`. RFC 8725 §3.9: required, or a token for anyone would be one for the mesh. */
  audiences: readonly string[]
  /** Its key set, or the https:// address of it. Never one that a token names. */
  jwks: string | object
  /** What it may sign with. */
  algorithms: readonly IssuerAlgorithm[]
  /** `typ` of its tokens. Default: `at+jwt`, `JWT`, and none at all. */
  types?: readonly string[] | undefined
  /** The header that its tokens come in: `authorization` after `Bearer `, or `header:` and a name. Default `authorization`. */
  from?: string | undefined
  /** The suffix of its guests: `acme.partners` is `acme` under `partners`. No record, key or other issuer may use it. */
  under: string
  /** The claim that names the guest, and names for its values. Without `names` a value that is a DNS label is taken. Default: the claim `sub`. */
  caller?: { claim: string; names?: Readonly<Record<string, string>> | undefined } | undefined
  /** Headers that are set from claims, by name. They are taken off whatever comes in. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Does the token go on to the service? Default true: services need the token of their user. */
  forward?: boolean | undefined
  /** `audit`: a token that is not valid is told, and its sender is a stranger. Default `enforce`. */
  mode?: IssuerMode | undefined
}

export type IssuerAlgorithm = (typeof ALGORITHMS)[number]

/** Asymmetric ones alone: who can verify must not be able to sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'] as const
const MAX_AUDIENCES = 16
const MAX_NAMES = 1024
const MAX_HEADERS = 16
const FROM = /^(?:authorization|header:[a-z0-9!#$%&'*+.^_`|~-]{1,128})$/
const JWKS = 'a JWKS, or the https:// address of one'
const CLAIM = /^[\x21-\x7e]{1,128}$/
/** A header of the application. */
const HEADER =
  /^(?!(?:selvedge[-_].*|host|connection|content-length|transfer-encoding|upgrade|te|trailer|authorization|cookie|baggage|traceparent|tracestate)$)[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/

export function issuer(): v.GenericSchema<WrittenIssuer> {
  const name = text(isServiceName, 'a name of DNS labels')
  return object({
    issuer: text(/^[\x21-\x7e]{1,512}$/, 'an issuer'),
    audiences: list(text(/^[\x21-\x7e]{1,512}$/, 'an audience'), 'audiences', MAX_AUDIENCES, 1),
    jwks: v.lazy((value) =>
      typeof value === 'string' ? text(isKeyAddress, JWKS) : v.looseObject({}, `Expected ${JWKS}`),
    ),
    algorithms: list(oneOf(...ALGORITHMS), 'algorithms', ALGORITHMS.length, 1),
    types: v.optional(list(text(/^[\x21-\x7e]{1,64}$/, 'a type of token'), 'types', 8, 1)),
    from: v.optional(text(FROM, '"authorization", or "header:" and the name of a header in lower case')),
    under: name,
    caller: v.optional(
      object({
        claim: text(CLAIM, 'the name of a claim'),
        names: v.optional(
          texts(CLAIM, isServiceName, `up to ${MAX_NAMES} values, each with a name of DNS labels`, MAX_NAMES),
        ),
      }),
    ),
    headers: v.optional(
      texts(
        HEADER,
        (claim) => CLAIM.test(claim),
        `up to ${MAX_HEADERS} headers of the application, in lower case, each with the name of a claim`,
        MAX_HEADERS,
      ),
    ),
    forward: v.optional(v.boolean('Expected true or false')),
    mode: v.optional(oneOf('enforce', 'audit')),
  }) as v.GenericSchema<WrittenIssuer>
}

/** Texts by name. By one check: a schema of each would be carried by all who have issuers. */
function texts(
  key: RegExp,
  isValue: (text: string) => boolean,
  what: string,
  most: number,
): v.GenericSchema<Readonly<Record<string, string>>> {
  const areTexts = (said: { [name: string]: unknown }) => {
    const all = Object.entries(said)
    return (
      all.length <= most && all.every(([name, value]) => key.test(name) && typeof value === 'string' && isValue(value))
    )
  }
  return v.pipe(v.looseObject({}, `Expected ${what}`), must(areTexts, what)) as v.GenericSchema<Record<string, string>>
}
