/** Who may call a service: `access`. */
import * as v from 'valibot'
import { METHODS, valueOfUpTo } from '../../schema/http.ts'
import { areDistinct, either, list, must, object, oneOf, text } from '../../schema/kit.ts'
import { type PathMatch, pathMatch, pathPrefix } from '../../schema/path-match.ts'

/** Rules of a record, at most: as many as of its routes. */
const MAX_RULES = 64
const MAX_CALLERS = 256
const MAX_PATHS = 16
const MAX_CLAIMS = 8
const MAX_VALUES = 16

export type Effect = 'allow' | 'deny'
/** `audit`: a denial is told, and the request passes. */
export type AccessMode = 'enforce' | 'audit'

/** Claims by name, each with the values of which it must have one. */
export type Claims = Readonly<Record<string, readonly string[]>>

/** It matches where all that it says matches; of a list one entry is enough. What is left out matches everything. */
export interface AccessRule {
  name: string
  effect: Effect
  /** Names of callers, `*.shop` for any depth below `shop`, `*` for anyone with a name. Left out: anyone, strangers too. */
  callers?: readonly string[] | undefined
  methods?: readonly string[] | undefined
  /** What the token of a guest must say: of each claim one of the values. Left out: nothing. */
  claims?: Claims | undefined
  /** A text is a prefix of segments. */
  paths?: readonly (string | PathMatch)[] | undefined
}

export interface Access {
  default?: Effect | undefined
  mode?: AccessMode | undefined
  rules?: readonly AccessRule[] | undefined
}

export function access() {
  return object({ ...basics(), rules: v.optional(rules()) }) as v.GenericSchema<Access>
}

/** What `MESH_DEFAULTS` may say: rules are a record's own business, since one that nobody sees in the record is the hardest to find. */
export function accessDefaults() {
  return object(basics()) as v.GenericSchema<Access>
}

function basics() {
  return { default: v.optional(oneOf('allow', 'deny')), mode: v.optional(oneOf('enforce', 'audit')) }
}

function rules() {
  const prefix = pathPrefix()
  const path = pathMatch()
  const rule: v.GenericSchema<AccessRule> = object({
    name: valueOfUpTo(128),
    effect: oneOf('allow', 'deny'),
    callers: v.optional(list(text(CALLER, CALLER_FORM), 'callers', MAX_CALLERS, 1)),
    claims: v.optional(claims()),
    methods: v.optional(list(oneOf(...METHODS), 'methods', METHODS.length, 1)),
    paths: v.optional(
      list(
        either<string | PathMatch>([prefix, path], (value) => (typeof value === 'string' ? prefix : path)),
        'paths',
        MAX_PATHS,
        1,
      ),
    ),
  })
  return v.pipe(
    list(rule, 'rules', MAX_RULES, 1),
    must((all: readonly AccessRule[]) => areDistinct(all.map(({ name }) => name)), 'each name once'),
  )
}

/** By one check: a schema of each value would be carried by all who read records. */
function claims(): v.GenericSchema<Claims> {
  const values = { type: 'array', minItems: 1, maxItems: MAX_VALUES, items: { type: 'string' } }
  const says = { minProperties: 1, maxProperties: MAX_CLAIMS, additionalProperties: values }
  return v.pipe(v.looseObject({}, CLAIMS_FORM), must(areClaims, CLAIMS_FORM.slice(9), says)) as v.GenericSchema<Claims>
}

function areClaims(said: { [claim: string]: unknown }): boolean {
  const all: unknown[] = Object.values(said)
  const isList = (values: unknown) =>
    Array.isArray(values) &&
    values.length > 0 &&
    values.length <= MAX_VALUES &&
    values.every((value) => typeof value === 'string')
  return all.length > 0 && all.length <= MAX_CLAIMS && all.every(isList)
}

const CLAIMS_FORM = `Expected 1 to ${MAX_CLAIMS} claims, each with a list of 1 to ${MAX_VALUES} texts`
const CALLER_FORM = 'a service name, "*." and one, or "*"'
/** RFC 1123 labels, 253 characters at most. */
const CALLER =
  /^(?=.{1,253}$)(?:\*|(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)$/

export interface AccessPolicy {
  /**
   * What becomes of a request that no rule matches. Default `allow`: what a record does not say is as it was without
   * `access`; nothing flips because a rule appeared (docs/trust.md).
   */
  readonly default: Effect
  /** Default `enforce`. */
  readonly mode: AccessMode
  /** Their order means nothing: any deny denies, else any allow allows. Default: none. */
  readonly rules: readonly AccessRule[] | undefined
}

/** `undefined` where nobody says who may call: then everybody may, and nothing is asked. */
export function accessPolicy(written?: Access): AccessPolicy | undefined {
  if (!written) return undefined
  const { default: effect = 'allow', mode = 'enforce', rules } = written
  return { default: effect, mode, rules }
}
