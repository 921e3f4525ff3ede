/**
 * What checks of the record are in JSON Schema, by what their message says that may stand there: those whose words do not
 * stand beside the check itself, and those that JSON Schema cannot say.
 */
import { ADDRESS } from '../../src/schema/address.ts'
import { DURATION } from '../../src/schema/duration.ts'
import { HOST } from '../../src/schema/http.ts'

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** RFC 3986 §3.3: pchar, slashes and whole triplets, as in src/features/route/policy.ts. */
const PCHARS = "^/(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$"

/** Some entry of a list is an object with these values. */
const some = (values: Readonly<Record<string, unknown>>) => ({ contains: withValues(values) })
const withValues = (values: Readonly<Record<string, unknown>>): object => ({
  required: Object.keys(values),
  properties: Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null ? withValues(value as Record<string, unknown>) : { const: value },
    ]),
  ),
})
/** Where the one holds, the other must. */
const when = (one: object, other: object): object =>
  Object.fromEntries(
    new Map([
      ['if', one],
      ['then', other],
    ]),
  )
const has = (name: string, schema: object) => ({ required: [name], properties: { [name]: schema } })

const replacesPrefix = {
  anyOf: ['urlRewrite', 'requestRedirect'].map((field) => some({ [field]: { path: { type: 'ReplacePrefixMatch' } } })),
}

const redirects = some({ type: 'RequestRedirect' })
const areCors = { items: { properties: { type: { enum: ['RequestRedirect', 'CORS'] } } } }

/** Checks that JSON Schema says as well. */
export const SAID: Readonly<Record<string, object>> = {
  'a service name: a DNS name in lower case, with "@" and a tag if it has one': {
    pattern: `^(?=[^@]{1,253}(?:@|$))${LABEL}(?:\\.${LABEL})*(?:@${LABEL})?$`,
  },
  'a namespace: one label of a DNS name': { pattern: `^${LABEL}$` },
  'a colo such as "AMS", a continent such as "EU" or a location hint such as "weur"': {
    pattern: '^(?:[A-Z]{3}|AF|AN|AS|EU|NA|OC|SA|wnam|enam|sam|weur|eeur|apac|apac-ne|apac-se|oc|afr|me)$',
  },
  '"endpoints", "rules" or both, or else an "alias"': {
    anyOf: [{ required: ['endpoints'] }, { required: ['rules'] }, { required: ['alias'] }],
  },
  'an alias to stand alone: the policy is that of the record it names': when(
    { required: ['alias'] },
    { propertyNames: { enum: ['$schema', 'alias'] } },
  ),
  'the name of a service': { pattern: `^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$` },
  '"deliverTo" where there is "delivery"': { dependencies: { delivery: ['deliverTo'] } },
  '"version" where there is "worker"': { dependencies: { worker: ['version'] } },
  'no backendRefs beside a RequestRedirect': when(has('filters', redirects), {
    properties: { backendRefs: { maxItems: 0 } },
  }),
  'no filter but CORS beside a RequestRedirect, which answers by itself': when(redirects, areCors),
  'no filter but CORS where a backend has a RequestRedirect': when(
    has('backendRefs', { contains: has('filters', redirects) }),
    { properties: { filters: areCors } },
  ),
  'one match, of a PathPrefix, where a ReplacePrefixMatch stands': when(
    { anyOf: [has('filters', replacesPrefix), has('backendRefs', { contains: has('filters', replacesPrefix) })] },
    {
      properties: {
        matches: {
          minItems: 1,
          maxItems: 1,
          items: { properties: { path: { properties: { type: { const: 'PathPrefix' } } } } },
        },
      },
    },
  ),
  'either "percent" or "fraction"': { not: { required: ['percent', 'fraction'] } },
  '"*" to stand alone': when({ contains: { const: '*' } }, { maxItems: 1 }),
  'a path: "/" first, without "//", "/./", "/../", "%2F" or "#", and of characters that a URL may have there': when(
    { not: has('type', { const: 'RegularExpression' }) },
    { properties: { value: { pattern: PCHARS, not: { pattern: '//|/\\.\\.?(?:/|$)|%2[fF]' } } } },
  ),
  'an absoluteTimeout, which a Permanent cookie needs': when(
    has('cookie', has('lifetimeType', { const: 'Permanent' })),
    has('absoluteTimeout', { pattern: '[1-9]' }),
  ),
}

/** Checks of which JSON Schema says the greater part, and why it cannot say the rest. */
export const PARTLY: Readonly<Record<string, { readonly says?: object; readonly why: string }>> = {
  'an http:// or https:// URL without query or fragment': {
    says: { pattern: ADDRESS },
    why: 'whether a host or a port is one is known to a parser of URLs',
  },
  'a host that a URL may have: a DNS name in lower case, without a port': {
    says: { pattern: HOST },
    why: 'whether a name that ends in a number is an address is known to a parser of URLs',
  },
  'a duration from 1s to 1h': { why: 'the sum of its parts' },
  'a duration from 0s to 12h': { why: 'the sum of its parts' },
  'a duration from 1s to 12h': { why: 'the sum of its parts' },
  'a duration from 1s to 336h': { why: 'the sum of its parts' },
  'a duration from 1s to 10m': { why: 'the sum of its parts' },
  'a duration from 100ms to 1h': { why: 'the sum of its parts' },
  '"p95" or a duration from 1ms to 1h': { says: { pattern: DURATION }, why: 'the sum of its parts' },
  'each endpoint once': { says: { uniqueItems: true }, why: 'two that are written in different ways may be one' },
}

/** Checks that it cannot say at all. `selvedge validate` and the mesh make them. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'https://, or an address of this machine, where credentials are shown': 'an address may be spelled in many ways',
  'https://, or an address of this machine': 'an address may be spelled in many ways',
  'the region that the function URL names': 'compares two fields',
  'one region, in "region" or in the ARN, or the same in both': 'compares two fields',
  'one qualifier, in "qualifier" or in "function"': 'compares two fields',
  'backendRequest to be no longer than request': 'compares two durations',
  'baseEjection to be no longer than maxEjection': 'compares two durations',
  'a numerator no greater than the denominator': 'compares two numbers',
  'each name of a rule once': 'compares one field of all entries',
  'each name once': 'compares one field of all entries',
  'each type of filter once, but for RequestMirror': 'compares one field of all entries',
  'each header once in "set", "add" and "remove" together': 'compares fields of three lists',
  '128 matches in all rules together': 'a sum over lists',
  'a regular expression of the RE2 kind': 'it takes a parser',
  'regular expressions of 10000 steps in all rules together': 'a sum over lists, which takes a parser',
}
