/** Each check passes where all is well, and finds what is not. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CheckResult, GROUPS } from '../../../src/admin/checks/check.ts'
import { allChecks, check } from '../../../src/admin/checks/checks.ts'
import { zoneOf } from '../../../src/admin/checks/hosts.ts'
import { VARIABLES } from '../../../src/admin/checks/installation.ts'
import type { Seen } from '../../../src/admin/checks/seen.ts'
import { CONTROL, givenSeen, MESH, revision } from '../../support/given-seen.ts'

const queued = (deliverTo: string) => ({ endpoints: [{ queue: { binding: 'USERS', deliverTo } }] })
const RECORD = { endpoints: ['https://a.example'] }
const withMesh = (more: Partial<Seen['mesh'] & object>) => ({ mesh: { ...MESH, ...more } })
const withVariables = (variables: Record<string, string>) =>
  withMesh({ variables: { ...MESH.variables, ...variables } })
const without = (name: string) =>
  withMesh({ kinds: Object.fromEntries(Object.entries(MESH.kinds ?? {}).filter(([one]) => one !== name)) })
const of = (id: string, seen: Seen) => check(seen).find((result) => result.id === id) as CheckResult
/** The mesh's Worker, with a producer and a consumer of one queue. */
const consuming = (consumer: object) =>
  withMesh({
    given: {
      ...MESH.given,
      queues: {
        produced: new Map([['USERS', 'jobs']]),
        consumed: new Map([['jobs', { maxRetries: 100, deadLetterQueue: 'jobs-dlq', ...consumer }]]),
      },
    },
  })
const KEEPING = { control: { ...CONTROL, has: new Set([...CONTROL.has, 'DEAD_LETTERS']) } }
const waiting = (ms: number) => ({
  letters: { answer: [{ queue: 'jobs', reason: 'gone', letters: 3, oldestAt: 1_760_000_000_000 - ms }] },
})
const HOUR_MS = 3_600_000
const rated = (rate: object) => ({ ...RECORD, limits: { rate } })
const COUNTING = withMesh({
  given: {
    ...MESH.given,
    bindings: new Map([
      ['QUOTA_OBJECT', 'durable_objects.bindings'],
      ['RATE_100', 'ratelimits'],
    ]),
  },
})
const CLOSED = { endpoints: [{ binding: 'USERS' }], access: { default: 'deny' } }
const NO_CART = { name: 'no cart', effect: 'deny', callers: ['cart'] }
const claiming = (...callers: string[]) => ({
  ...CLOSED,
  access: { default: 'deny', rules: [{ name: 'scoped', effect: 'allow', callers, claims: { scope: ['read'] } }] },
})
/** The mesh has an issuer, whose guests are beneath `partners`. */
const PARTNERS = withVariables({ MESH_TRUST: '{ "domain": "mesh", "issuers": [{ "under": "partners" }] }' })
/** The mesh is reached without Access. */
const OPEN = { entrance: { host: 'mesh.acme.dev', isBehindAccess: false } }
const rule = (filter: object) => ({ ...RECORD, rules: [{ filters: [filter] }] })

const running = {
  saga: 'pay',
  version: 2,
  state: 'running',
  isEnded: false,
  count: 3,
  sinceMs: undefined,
  withoutCode: 0,
}
const withSagas = (...answer: Partial<Omit<typeof running, 'sinceMs'> & { sinceMs: number }>[]) =>
  givenSeen({}, { sagas: { answer: answer.map((one) => ({ ...running, ...one })) } })

/** What is wrong, by the check that finds it: how it ends, and what it says. */
const WRONG: Readonly<Record<string, readonly (readonly [Seen, 'failed' | 'warned', ...string[]])[]>> = {
  'the-mesh-says-what-it-has': [[givenSeen({}, { mesh: undefined }), 'warned', 'did not say']],
  'bindings-are-present': [
    [givenSeen({}, without('REGISTRY')), 'failed', "mesh's Worker has no KV namespace REGISTRY"],
    [givenSeen({}, withMesh({ kinds: { REGISTRY: 'queue' } })), 'failed', 'of the kind "queue"'],
    [givenSeen({}, withMesh({ kinds: { ...MESH.kinds, CONTROL: 'value' } })), 'failed', 'CONTROL of the mesh'],
    [givenSeen({}, { control: { ...CONTROL, has: new Set(['REGISTRY']) } }), 'failed', 'no binding REGISTRY_OBJECT'],
  ],
  'compatibility-flags-are-set': [
    [givenSeen({}, withMesh({ compatibilityDate: '2026-08-01' })), 'warned', 'The compatibility date is 2026-08-01'],
    [givenSeen({}, withMesh({ flags: ['enable_request_signal'] })), 'warned', 'request_signal_passthrough'],
  ],
  'variables-are-known': [
    [
      givenSeen({}, withMesh({ kinds: { ...MESH.kinds, MESH_FRSH: 'value' } })),
      'warned',
      'MESH_FRSH',
      'Did you mean MESH_FRESH?',
    ],
  ],
  'versions-agree': [
    [
      givenSeen({}, { control: { ...CONTROL, version: '0.1.0' } }),
      'warned',
      'the mesh is 0.2.0, the control plane is 0.1.0',
      'may refuse',
    ],
    [givenSeen({}, { asker: '1.0.0' }), 'warned', 'the command is 1.0.0'],
  ],
  'kv-is-readable': [[givenSeen({}, { kv: { failure: '500' } }), 'failed', 'KV does not answer: 500']],
  'object-is-reachable': [
    [givenSeen({}, { history: { failure: 'overloaded' } }), 'failed', 'does not answer: overloaded'],
  ],
  'object-has-room': [
    [givenSeen({}, { objectBytes: 8_000_000_000 }), 'warned', 'holds 8.0 of 10 GB'],
    [givenSeen({}, { objectBytes: 9_600_000_000 }), 'failed', 'nothing can be written'],
  ],
  'revisions-agree': [
    [givenSeen({}, { history: { answer: [revision('users')] } }), 'failed', 'revision 7, and not in KV'],
    [
      givenSeen({}, { history: { answer: [revision('users')] }, kv: { answer: new Map([['users', 6]]) } }),
      'warned',
      'KV shows revision 6 where history has 7',
    ],
    [
      givenSeen({}, { history: { answer: [revision('users')] }, kv: { answer: new Map([['users', undefined]]) } }),
      'warned',
      'a record without a revision',
    ],
    [
      givenSeen({}, { history: { answer: [revision('users', { state: 'publishing' })] } }),
      'warned',
      'has not taken revision 7 yet, after 60 min',
    ],
    [givenSeen({}, { kv: { answer: new Map([['users', undefined]]) } }), 'warned', 'not in history yet'],
  ],
  'no-edit-by-hand-waits': [
    [
      givenSeen({}, { history: { answer: [revision('users', { state: 'drifted' })] } }),
      'failed',
      'edited in KV by hand',
    ],
  ],
  'hosts-are-distinct': [
    [givenSeen({ 'mesh.acme.dev': RECORD }), 'warned', 'a host of the mesh itself'],
    [givenSeen({ '*.edge.acme.dev': RECORD }), 'warned', 'a host of the mesh itself'],
    [givenSeen({ 'users.mesh': RECORD }), 'warned', 'looked up as "users"'],
    [givenSeen({ 'users.svc': RECORD }, withVariables({ MESH_DOMAIN: 'svc' })), 'warned', 'looked up as "users"'],
  ],
  'records-are-understood': [
    [
      givenSeen({ users: { endpoints: ['https://a.example'], timeout: 3 } }),
      'failed',
      'not a field',
      'Did you mean "timeouts"?',
    ],
    [givenSeen({ users: 'nonsense' }), 'failed', 'Expected a URL or a JSON object'],
    [givenSeen({ users: '{' }), 'failed', 'Not JSON'],
  ],
  'names-can-be-called': [[givenSeen({ Users: RECORD }), 'failed', 'not a service name']],
  'bindings-are-there': [
    [givenSeen({ users: { endpoints: [{ binding: 'USRES' }] } }), 'failed', '"USRES" is not bound under services'],
    [givenSeen({ users: { endpoints: [{ queue: { binding: 'USERS' } }] } }), 'failed', 'but under services'],
  ],
  'topics-are-taken': [
    [
      givenSeen({ events: { endpoints: [{ topic: { binding: 'USERS' } }] } }),
      'warned',
      'without `topics` of selvedge/events',
    ],
  ],
  'rates-are-counted': [
    [
      givenSeen({ users: rated({ count: 100, interval: '10s' }) }),
      'warned',
      'without QUOTA_OBJECT each isolate counts alone',
    ],
    [givenSeen({ users: rated({ binding: 'RATE_1' }) }), 'failed', '"RATE_1" is not bound under ratelimits', 'let in'],
    [givenSeen({ users: rated({ binding: 'USERS' }) }), 'failed', 'but under services'],
    [givenSeen({ users: rated({ count: 9000, interval: '10s' }) }, COUNTING), 'warned', 'lets in 900 of one key'],
  ],
  'secrets-are-there': [
    [givenSeen({ users: bearer('OTHER') }), 'failed', 'needs the secret "OTHER"', 'does not let a record name'],
    [givenSeen({ users: bearer('MESH_HOSTS') }), 'failed', 'does not let a record name'],
    [
      givenSeen({ users: bearer('OTHER') }, withMesh({ kinds: undefined, variables: {} })),
      'warned',
      'may be set all the same',
    ],
  ],
  'names-lead-somewhere': [
    [givenSeen({ users: { alias: 'usres' } }), 'failed', '"usres" has no record.'],
    [givenSeen({ users: queued('resizer') }), 'failed', '"resizer" has no record.'],
    [
      givenSeen({ users: { rules: [{ backendRefs: [{ name: 'v2' }] }] } }, { isAll: false }),
      'warned',
      '"v2" has no record in what was read.',
    ],
  ],
  'aliases-end': [
    [givenSeen({ a: { alias: 'b' }, b: { alias: 'a' } }), 'failed', 'goes in a circle: a → b → a'],
    [givenSeen({ a: queued('b'), b: queued('a') }), 'failed', 'goes in a circle: a → b → a'],
    [givenSeen({ a: queued('a') }), 'failed', 'leads to itself'],
  ],
  'addresses-lead-out': [
    [givenSeen({ users: 'https://mesh.acme.dev/svc/users' }), 'failed', 'a host of the mesh itself'],
    [
      givenSeen({ users: 'https://any.edge.acme.dev' }, withVariables({ MESH_HOSTS: '*.edge.acme.dev' })),
      'warned',
      'in the zone of mesh.acme.dev',
    ],
    [
      givenSeen(
        { users: 'https://any.edge.acme.dev' },
        { ...withVariables({ MESH_HOSTS: '*.edge.acme.dev' }), entrance: undefined },
      ),
      'failed',
      'MESH_HOSTS',
    ],
    [
      givenSeen(
        { users: 'https://users.acme.workers.dev' },
        { entrance: { host: 'selvedge.acme.workers.dev', isBehindAccess: true } },
      ),
      'failed',
      'error 1042',
    ],
    [givenSeen({ users: 'https://api.acme.dev' }), 'warned', 'in the zone of mesh.acme.dev'],
  ],
  'fields-are-known-everywhere': [
    [
      givenSeen({ users: { ...RECORD, hedge: {} } }, { minVersion: '0.1.0' }),
      'failed',
      'came with version 0.2.0',
      'oldest that runs is 0.1.0',
    ],
  ],
  'queues-are-delivered': [
    [
      givenSeen({ jobs: queued('users') }, consuming({ maxRetries: 3 })),
      'failed',
      'max_retries = 3',
      'after 4 deliveries',
    ],
    [givenSeen({ jobs: queued('users') }, consuming({ deadLetterQueue: undefined })), 'warned', 'no dead_letter_queue'],
  ],
  'dead-letters-are-kept': [
    [givenSeen({ jobs: queued('users') }), 'warned', 'is kept nowhere'],
    [givenSeen({ events: { endpoints: [{ topic: { binding: 'USERS' } }] } }), 'warned', 'is kept nowhere'],
  ],
  'no-dead-letter-waits-long': [
    [givenSeen({}, waiting(25 * HOUR_MS)), 'warned', '3 of "jobs" (gone) wait, the oldest for 1 day'],
    [givenSeen({}, { letters: { failure: 'It is down.' } }), 'warned', 'does not answer: It is down.'],
  ],
  'tokens-are-strong': [
    [
      givenSeen({}, { control: { ...CONTROL, weaknesses: ['ADMIN_TOKEN is short.'] } }),
      'failed',
      'ADMIN_TOKEN is short.',
    ],
  ],
  'secrets-are-bounded': [[givenSeen({}, withMesh({ variables: {} })), 'warned', 'MESH_SECRETS is not set']],
  'sessions-are-sealed': [
    [
      givenSeen({ users: { ...RECORD, rules: [{ sessionPersistence: { cookie: {} } }] } }),
      'warned',
      'MESH_SESSION_KEY is not set',
    ],
  ],
  'grants-are-believed': [
    [
      givenSeen({}, { control: { ...CONTROL, has: new Set([...CONTROL.has, 'MESH_GRANT_KEY']) } }),
      'warned',
      'set on the control plane and not on the mesh',
    ],
    [
      givenSeen({}, withMesh({ kinds: { ...MESH.kinds, MESH_GRANT_KEY: 'value' } })),
      'warned',
      'set on the mesh and not on the control plane',
    ],
  ],
  'addresses-are-encrypted': [[givenSeen({ users: 'http://a.example' }), 'warned', 'over http://']],
  'origins-are-bounded': [
    [
      givenSeen({ users: rule({ type: 'CORS', cors: { allowOrigins: ['*'], allowCredentials: true } }) }),
      'warned',
      'every origin with credentials',
    ],
  ],
  'entrance-is-protected': [
    [
      givenSeen({}, OPEN),
      'warned',
      'mesh.acme.dev is reached without Access',
      'every service whose record does not say who may',
    ],
    [givenSeen({ users: RECORD, cart: CLOSED }, OPEN), 'warned', 'can call users.'],
    [
      givenSeen({ users: { ...CLOSED, access: { default: 'deny', mode: 'audit' } } }, OPEN),
      'warned',
      'can call users.',
    ],
    [
      givenSeen({ users: { ...RECORD, access: { rules: [{ name: 'n', effect: 'deny', callers: ['a'] }] } } }, OPEN),
      'warned',
      'can call users.',
    ],
    [
      givenSeen({ users: RECORD }, { entrance: undefined, ...withMesh({ isPublic: true }) }),
      'warned',
      "The mesh's Worker is reached without Access",
    ],
    [
      givenSeen({ front: { rules: [{ backendRefs: [{ name: 'users' }] }] }, users: RECORD }, OPEN),
      'warned',
      'can call front, users.',
    ],
    [
      givenSeen(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, RECORD])), OPEN),
      'warned',
      'can call a, b, c, d, e and 2 more.',
    ],
  ],
  'denials-are-not-evaded': [
    [
      givenSeen({ users: { ...RECORD, access: { rules: [{ name: 'no cart', effect: 'deny', callers: ['cart'] }] } } }),
      'warned',
      '"no cart" denies callers by their names',
    ],
  ],
  'access-rules-decide': [
    [
      givenSeen({
        users: {
          ...RECORD,
          access: {
            default: 'deny',
            rules: [
              { name: 'readers', effect: 'allow', callers: ['checkout'], paths: ['/v1/admin/x'] },
              { name: 'no admin', effect: 'deny', paths: ['/v1/admin'] },
            ],
          },
        },
      }),
      'warned',
      '"readers" decides nothing: "no admin" denies all that it is about.',
    ],
    [
      givenSeen({
        users: {
          ...RECORD,
          access: { default: 'deny', rules: [{ name: 'n', effect: 'allow', callers: ['chekout'] }] },
        },
        checkout: RECORD,
      }),
      'warned',
      '"chekout" has no record. Did you mean "checkout"?',
    ],
    [
      givenSeen({ users: claiming('acme.partners') }),
      'warned',
      '"scoped" asks for claims, which only guests have, and MESH_TRUST names no issuer: it matches nobody.',
    ],
    [
      givenSeen({ users: claiming('*.partners', 'checkout') }, PARTNERS),
      'warned',
      '"scoped" asks for claims, which only guests have, and "checkout" is none: it is not beneath "partners"',
    ],
  ],
  'services-are-not-passed-by': [
    [
      givenSeen({ users: { ...RECORD, access: { default: 'deny' } } }),
      'warned',
      'whoever knows it reaches the service',
    ],
  ],
  'members-are-your-own': [
    [
      givenSeen({}, withVariables({ MESH_TRUST: '{ "domain": "mesh", "members": ["a.example", "*.workers.dev"] }' })),
      'warned',
      '"*.workers.dev" is a domain that many share',
    ],
  ],
  'guests-are-no-records': [
    [
      givenSeen({ 'checkout.partners': RECORD }, PARTNERS),
      'warned',
      'is beneath "partners", the suffix of an issuer of MESH_TRUST',
    ],
  ],
  'sagas-go-on': [
    [
      withSagas({ state: 'parked', count: 2, sinceMs: 180_000 }),
      'failed',
      '2 of the saga "pay", version 2, wait for a decision, the first for 3 min.',
    ],
    [withSagas({ state: 'failed', isEnded: true }), 'failed', 'were ended by hand'],
    [withSagas({ state: 'late' }), 'warned', 'try a step again and again'],
  ],
  'sagas-have-their-code': [
    [withSagas({}, { version: 1, count: 4 }), 'warned', '4 of the saga "pay", version 1, still run'],
    [withSagas({ state: 'parked', withoutCode: 1 }), 'failed', 'the code that they began with is not there'],
  ],
}

/** What looks near to wrong, and is not; beside an installation in which all is well. */
const RIGHT: Readonly<Record<string, readonly Seen[]>> = {
  'bindings-are-present': [givenSeen({}, without('CONTROL'))],
  'variables-are-known': [
    givenSeen({}, withMesh({ kinds: { ...MESH.kinds, MESH_GRANT_KEY: 'value', MESHED: 'value' } })),
  ],
  'versions-agree': [givenSeen({}, { asker: '0.0.0' })],
  'revisions-agree': [
    givenSeen({}, { history: { answer: [revision('users')] }, kv: { answer: new Map([['users', 7]]) } }),
    givenSeen({}, { history: { answer: [revision('users', { ageMs: 1_000 })] } }),
    givenSeen({}, { history: { answer: [revision('users', { ageMs: 1_000, state: 'publishing' })] } }),
    givenSeen(
      {},
      {
        history: { answer: [revision('users', { isStamped: false })] },
        kv: { answer: new Map([['users', undefined]]) },
      },
    ),
  ],
  'hosts-are-distinct': [givenSeen({ localhost: RECORD, users: RECORD, 'users.acme.dev': RECORD })],
  'names-can-be-called': [givenSeen({ '*.shop': RECORD, 'users@pr-1': RECORD })],
  'bindings-are-there': [givenSeen({ users: { endpoints: [{ binding: 'USERS' }] } })],
  'topics-are-taken': [
    givenSeen({ events: { endpoints: [{ topic: { binding: 'USERS' } }] } }, withMesh({ topics: true })),
  ],
  'rates-are-counted': [
    givenSeen({ users: rated({ count: 100, interval: '10s' }), others: rated({ binding: 'RATE_100' }) }, COUNTING),
  ],
  'secrets-are-there': [givenSeen({ users: bearer('TOKEN') })],
  'names-lead-somewhere': [givenSeen({ users: { alias: 'a.shop' }, '*.shop': RECORD })],
  'aliases-end': [givenSeen({ a: { alias: 'b' }, b: { alias: 'c' }, c: RECORD })],
  'addresses-lead-out': [
    givenSeen({ users: 'https://api.example.com', local: 'http://127.0.0.1:8080', named: 'http://localhost:3000' }),
    givenSeen({ users: 'https://users.acme.workers.dev' }),
    givenSeen({ users: 'https://api.other.co.uk' }, { entrance: { host: 'mesh.acme.co.uk', isBehindAccess: true } }),
    givenSeen({ users: 'https://mesh.acme.dev' }, withMesh({ flags: ['global_fetch_strictly_public'] })),
  ],
  'fields-are-known-everywhere': [givenSeen({ users: { ...RECORD, hedge: {} } })],
  'queues-are-delivered': [
    givenSeen({ jobs: queued('users') }, consuming({})),
    givenSeen({ jobs: queued('users') }, consuming({ maxRetries: 7 })),
    givenSeen({ jobs: { endpoints: [{ queue: { binding: 'USERS' } }] } }, consuming({ maxRetries: 0 })),
  ],
  'dead-letters-are-kept': [
    givenSeen({ jobs: queued('users') }, KEEPING),
    givenSeen({ jobs: queued('users') }, withMesh({ kinds: { ...MESH.kinds, DEAD_LETTERS: 'queue' } })),
    givenSeen({
      jobs: { endpoints: [{ queue: { binding: 'USERS', deliverTo: 'users', delivery: { deadLetter: 'DLQ' } } }] },
    }),
  ],
  'no-dead-letter-waits-long': [givenSeen({}, waiting(23 * HOUR_MS))],
  'secrets-are-bounded': [givenSeen({}, withVariables({ MESH_SECRETS: '' }))],
  'sessions-are-sealed': [
    givenSeen(
      { users: { ...RECORD, rules: [{ sessionPersistence: { cookie: {} } }] } },
      withMesh({ kinds: { MESH_SESSION_KEY: 'value' } }),
    ),
  ],
  'addresses-are-encrypted': [givenSeen({ users: 'http://127.0.0.1:8080' })],
  'origins-are-bounded': [givenSeen({ users: rule({ type: 'CORS', cors: { allowOrigins: ['*'] } }) })],
  'entrance-is-protected': [
    givenSeen({ users: CLOSED, clients: { alias: 'users' } }, OPEN),
    givenSeen({ front: { rules: [{ backendRefs: [{ name: 'users' }] }] }, users: CLOSED }, OPEN),
    givenSeen(
      { users: RECORD },
      { ...OPEN, ...withVariables({ MESH_DEFAULTS: '{ "access": { "default": "deny" } }' }) },
    ),
    givenSeen({ users: RECORD }, { entrance: undefined, ...withMesh({ isPublic: false }) }),
  ],
  'denials-are-not-evaded': [
    givenSeen({ users: { ...CLOSED, access: { default: 'deny', rules: [NO_CART] } } }),
    givenSeen({ users: { ...RECORD, access: { rules: [NO_CART, { name: 'none', effect: 'deny' }] } } }),
    givenSeen({ users: { ...RECORD, access: { rules: [{ ...NO_CART, callers: undefined }] } } }),
  ],
  'access-rules-decide': [
    givenSeen({
      users: {
        ...CLOSED,
        access: {
          rules: [
            { name: 'a', effect: 'allow', callers: ['*.shop'], methods: ['GET'] },
            { name: 'b', effect: 'allow', callers: ['shop'], methods: ['GET'] },
            { name: 'c', effect: 'deny', callers: ['x.shop'], paths: ['/v1/'] },
            {
              name: 'd',
              effect: 'allow',
              callers: ['x.shop'],
              paths: ['/v10', { type: 'RegularExpression', value: '/v1/.*' }],
            },
          ],
        },
      },
    }),
    givenSeen({ users: claiming('*.partners') }, PARTNERS),
    // It is a secret there, or the mesh does not tell its value.
    givenSeen({ users: claiming('*.partners') }, withMesh({ kinds: { ...MESH.kinds, MESH_TRUST: 'value' } })),
  ],
  'members-are-your-own': [
    givenSeen({}, withVariables({ MESH_TRUST: '{ "domain": "mesh", "members": ["*.acme.workers.dev"] }' })),
    givenSeen({}, withVariables({ MESH_TRUST: 'no JSON' })),
  ],
  'guests-are-no-records': [
    givenSeen({ partners: RECORD }, withVariables({ MESH_TRUST: '{ "domain": "mesh" }' })),
    givenSeen({ mypartners: RECORD, 'partners.shop': RECORD }, PARTNERS),
  ],
  'services-are-not-passed-by': [
    givenSeen({ users: CLOSED, billing: { ...bearer('TOKEN'), access: { default: 'deny' } }, open: RECORD }),
    givenSeen({ users: { endpoints: ['http://127.0.0.1:8080'], access: { default: 'deny' } } }),
    givenSeen(
      { users: { endpoints: ['https://a.internal.example.com'], access: { default: 'deny' } } },
      withVariables({ MESH_TRUST: '{ "domain": "mesh", "members": ["*.internal.example.com"] }' }),
    ),
  ],
}

/** Who has seen nothing says so. */
const BLIND: Seen = givenSeen(
  {},
  {
    mesh: undefined,
    isAsked: false,
    control: undefined,
    kv: undefined,
    history: undefined,
    letters: undefined,
    now: undefined,
    entrance: undefined,
    minVersion: undefined,
    asker: undefined,
  },
)

function bearer(secret: string) {
  return { endpoints: [{ url: 'https://a.example', credentials: { type: 'bearer', secret } }] }
}

describe('checks', () => {
  it('are all tried here, passing and failing', () => {
    expect(Object.keys(WRONG)).toEqual(allChecks().map(({ id }) => id))
  })

  it('all pass where all is well', () => {
    expect(check(givenSeen({ users: RECORD })).filter(({ state }) => state !== 'passed')).toEqual([])
  })

  it('are numbered from 1, in groups', () => {
    const all = check(givenSeen())
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1))
    expect([...new Set(all.map(({ group }) => group))]).toEqual([...GROUPS])
  })

  it('say of what they have not seen that they have not', () => {
    const seeing = check(BLIND).filter(({ state }) => state !== 'unseen')
    expect(seeing.every(({ state, group }) => state === 'passed' && group !== 'installation')).toBe(true)
    expect(seeing.length).toBeLessThan(allChecks().length - 10)
  })

  it.each(
    Object.entries(WRONG).flatMap(([id, all]) =>
      all.map(([seen, state, ...words], index) => [id, index, seen, state, words] as const),
    ),
  )('%s, %i: finds what is wrong', (id, _, seen, state, words) => {
    const result = of(id, seen)
    expect(result.state).toBe(state)
    const told = result.findings.map(({ message }) => message).join('\n')
    for (const word of words) expect(told).toContain(word)
    expect(result.hint.length).toBeGreaterThan(20)
  })

  it.each(Object.entries(RIGHT).flatMap(([id, all]) => all.map((seen, index) => [id, index, seen] as const)))(
    '%s, %i: leaves alone what is well',
    (id, _, seen) => expect(of(id, seen).findings).toEqual([]),
  )

  it('of thousands of findings tell a hundred, and how many more there are', () => {
    const records = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`s${index}`, 'nonsense']))
    expect(of('records-are-understood', givenSeen(records))).toMatchObject({
      state: 'failed',
      more: 150,
      findings: { length: 100 },
    })
  })
})

describe('docs/check.md', () => {
  const page = readFileSync(new URL('../../../docs/check.md', import.meta.url), 'utf8')
  const anchors = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading)

  it('has a heading for each check, in their order, to which the link of each leads', () => {
    expect(anchors).toEqual(allChecks().map(({ id }) => id))
    expect(check(givenSeen()).map(({ link }) => link)).toEqual(anchors.map((id) => `docs/check.md#${id}`))
  })
})

describe('the variables that are known', () => {
  it('are those of docs/configuration.md, and the key of grants', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
    const told = [...page.matchAll(/`(MESH_[A-Z_]+)`/g)].map(([, name]) => name as string)
    expect(told.length).toBeGreaterThan(9)
    const all = new Set([...told, 'MESH_GRANT_KEY'])
    expect([...all].sort()).toEqual([...VARIABLES].sort())
  })
})

describe('zoneOf', () => {
  it.each([
    ['api.example.com', 'example.com'],
    ['a.b.example.co.uk', 'example.co.uk'],
    ['users.acme.workers.dev', 'acme.workers.dev'],
    ['acme.workers.dev', 'acme.workers.dev'],
    ['127.0.0.1', undefined],
    ['[::1]', undefined],
    ['localhost', undefined],
  ])('of %s is %s', (host, zone) => expect(zoneOf(host)).toBe(zone))
})
