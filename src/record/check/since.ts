/** Which version of the library came with which field of a record: an older one refuses a record that has the field. */
import type { Cors } from '../../features/cors/policy.ts'
import type { Mirror } from '../../features/mirror/policy.ts'
import type { Redirect } from '../../features/redirect/policy.ts'
import type { HeaderModifier, Rewrite } from '../../features/rewrite/policy.ts'
import type { BackendRef } from '../../schema/backend-ref.ts'
import type { WrittenRecord } from '../record.ts'
import type { RuleFilter } from '../rule-filter.ts'

/** Versions that came with fields: the last may not be released yet. */
export type Version = '0.1.0' | '0.2.0'

/** What is written as an object, in whichever of its forms: each item of a list, nothing of texts and numbers. */
type Objects<Of> = Of extends string | number | boolean | undefined
  ? never
  : Of extends readonly (infer Item)[]
    ? Objects<Item>
    : Of
type FieldOf<Of> = Of extends unknown ? keyof Of : never
type ValueOf<Of, Field> = Of extends unknown ? (Field extends keyof Of ? Of[Field] : never) : never

/** A form of a field that came after the field. */
interface Form {
  readonly since: Version
  readonly what: string
  readonly is: (value: unknown) => boolean
}

type Entry<Value> =
  | ([Objects<Value>] extends [never] ? Version : never)
  | ({ readonly since: Version; readonly forms?: readonly Form[] } & ([Objects<Value>] extends [never]
      ? unknown
      : { readonly fields: Since<Value> }))

/** Every field that may be written in an object of this type, and in what stands there: one that is forgotten does not compile. */
type Since<Of> = { readonly [Field in FieldOf<Objects<Of>>]: Entry<ValueOf<Objects<Of>, Field>> }

const MODIFIER = {
  since: '0.2.0',
  fields: {
    set: { since: '0.2.0', fields: { name: '0.2.0', value: '0.2.0' } },
    add: { since: '0.2.0', fields: { name: '0.2.0', value: '0.2.0' } },
    remove: '0.2.0',
  },
} as const satisfies Entry<HeaderModifier>

const PATH = {
  since: '0.2.0',
  fields: { type: '0.2.0', replaceFullPath: '0.2.0', replacePrefixMatch: '0.2.0' },
} as const satisfies Entry<Rewrite['path']>

const REF = {
  group: '0.2.0',
  kind: '0.2.0',
  name: '0.2.0',
  namespace: '0.2.0',
  port: '0.2.0',
} as const satisfies Since<BackendRef>

const REDIRECT = {
  since: '0.2.0',
  fields: { scheme: '0.2.0', hostname: '0.2.0', path: PATH, port: '0.2.0', statusCode: '0.2.0' },
} as const satisfies Entry<Redirect>

const MIRROR = {
  since: '0.2.0',
  fields: {
    backendRef: { since: '0.2.0', fields: REF },
    percent: '0.2.0',
    fraction: { since: '0.2.0', fields: { numerator: '0.2.0', denominator: '0.2.0' } },
  },
} as const satisfies Entry<Mirror>

const CORS = {
  since: '0.2.0',
  fields: {
    allowOrigins: '0.2.0',
    allowCredentials: '0.2.0',
    allowMethods: '0.2.0',
    allowHeaders: '0.2.0',
    exposeHeaders: '0.2.0',
    maxAge: '0.2.0',
  },
} as const satisfies Entry<Cors>

const FILTERS = {
  since: '0.2.0',
  fields: {
    type: '0.2.0',
    requestHeaderModifier: MODIFIER,
    responseHeaderModifier: MODIFIER,
    requestRedirect: REDIRECT,
    urlRewrite: { since: '0.2.0', fields: { hostname: '0.2.0', path: PATH } },
    requestMirror: MIRROR,
    cors: CORS,
  },
} as const satisfies Entry<readonly RuleFilter[]>

const TIMEOUTS = {
  since: '0.1.0',
  fields: { request: '0.1.0', backendRequest: '0.1.0', bodyIdle: '0.2.0' },
} as const satisfies Entry<WrittenRecord['timeouts']>

const RETRY = {
  since: '0.1.0',
  fields: { codes: '0.1.0', attempts: '0.1.0', backoff: '0.1.0' },
} as const satisfies Entry<WrittenRecord['retry']>

const ENDPOINTS = {
  since: '0.1.0',
  fields: {
    url: '0.1.0',
    credentials: {
      since: '0.2.0',
      fields: {
        type: '0.2.0',
        secret: '0.2.0',
        service: '0.2.0',
        region: '0.2.0',
        audience: '0.2.0',
        header: '0.2.0',
      },
    },
    binding: '0.1.0',
    worker: '0.2.0',
    version: '0.2.0',
    dispatch: {
      since: '0.2.0',
      fields: {
        binding: '0.2.0',
        script: '0.2.0',
        limits: { since: '0.2.0', fields: { cpuMs: '0.2.0', subRequests: '0.2.0' } },
      },
    },
    object: { since: '0.2.0', fields: { binding: '0.2.0', key: '0.2.0' } },
    lambda: {
      since: '0.2.0',
      fields: {
        function: '0.2.0',
        region: '0.2.0',
        secret: '0.2.0',
        qualifier: '0.2.0',
        invocation: '0.2.0',
        endpointUrl: '0.2.0',
      },
    },
    queue: {
      since: '0.2.0',
      fields: {
        binding: '0.2.0',
        keep: '0.2.0',
        deliverTo: '0.2.0',
        delay: '0.2.0',
        delivery: {
          since: '0.2.0',
          fields: {
            attempts: '0.2.0',
            backoff: '0.2.0',
            maxBackoff: '0.2.0',
            expire: '0.2.0',
            timeout: '0.2.0',
            deadLetter: '0.2.0',
            deduplicate: '0.2.0',
          },
        },
      },
    },
    saga: { since: '0.2.0', fields: { binding: '0.2.0', saga: '0.2.0' } },
    topic: { since: '0.2.0', fields: { binding: '0.2.0' } },
    weight: '0.2.0',
    locality: '0.2.0',
  },
} as const satisfies Entry<WrittenRecord['endpoints']>

const RULES = {
  since: '0.2.0',
  fields: {
    name: '0.2.0',
    matches: {
      since: '0.2.0',
      fields: {
        path: { since: '0.2.0', fields: { type: '0.2.0', value: '0.2.0' } },
        headers: { since: '0.2.0', fields: { type: '0.2.0', name: '0.2.0', value: '0.2.0' } },
        queryParams: { since: '0.2.0', fields: { type: '0.2.0', name: '0.2.0', value: '0.2.0' } },
        method: '0.2.0',
      },
    },
    filters: FILTERS,
    backendRefs: { since: '0.2.0', fields: { ...REF, weight: '0.2.0', filters: FILTERS } },
    timeouts: TIMEOUTS,
    retry: RETRY,
    sessionPersistence: {
      since: '0.2.0',
      fields: {
        absoluteTimeout: '0.2.0',
        type: '0.2.0',
        cookie: { since: '0.2.0', fields: { name: '0.2.0', path: '0.2.0', lifetimeType: '0.2.0' } },
        header: { since: '0.2.0', fields: { name: '0.2.0' } },
      },
    },
  },
} as const satisfies Entry<WrittenRecord['rules']>

/** All that a record may hold. */
export const SINCE: Since<WrittenRecord> = {
  $schema: '0.1.0',
  endpoints: ENDPOINTS,
  alias: {
    since: '0.1.0',
    forms: [
      { since: '0.2.0', what: 'a list of names', is: Array.isArray },
      { since: '0.2.0', what: 'a name with a tag', is: (value) => typeof value === 'string' && value.includes('@') },
    ],
  },
  rules: RULES,
  timeouts: TIMEOUTS,
  retry: RETRY,
  retryConstraint: {
    since: '0.1.0',
    fields: {
      budget: { since: '0.1.0', fields: { percent: '0.1.0', interval: '0.1.0' } },
      whenEmpty: '0.2.0',
    },
  },
  outlierDetection: {
    since: '0.2.0',
    fields: { consecutive: '0.2.0', baseEjection: '0.2.0', maxEjection: '0.2.0', maxEjectionPercent: '0.2.0' },
  },
  loadBalancer: { since: '0.2.0', fields: { ringHash: { since: '0.2.0', fields: { header: '0.2.0' } } } },
  hedge: { since: '0.2.0', fields: { delay: '0.2.0', maxExtraLoad: '0.2.0' } },
  limits: {
    since: '0.2.0',
    fields: {
      maxInFlight: '0.2.0',
      rate: {
        since: '0.2.0',
        fields: { count: '0.2.0', interval: '0.2.0', per: '0.2.0', whenUnavailable: '0.2.0', binding: '0.2.0' },
      },
    },
  },
  access: {
    since: '0.2.0',
    fields: {
      default: '0.2.0',
      mode: '0.2.0',
      rules: {
        since: '0.2.0',
        fields: {
          name: '0.2.0',
          effect: '0.2.0',
          callers: '0.2.0',
          claims: { since: '0.2.0', fields: {} },
          methods: '0.2.0',
          paths: { since: '0.2.0', fields: { type: '0.2.0', value: '0.2.0' } },
        },
      },
    },
  },
}
