/** A tour: each method of the admin client is called, and what was asked and answered is kept. */
import type { AdminClient } from '../../src/admin/client.ts'
import { adminClient } from '../../src/admin/client.ts'
import { attemptNote, receipt } from '../../src/core/receipt.ts'
import type { DigestAnswer } from '../../src/telemetry/digest.ts'
import { numbers } from '../../src/telemetry/numbers/numbers.ts'
import type { TapCall } from '../../src/telemetry/tap/tap.ts'
import { encodeReceipt } from '../../src/wire/receipt/encode.ts'
import { type GivenAdmin, givenAdmin, late, TOKEN } from './given-admin.ts'
import { DOMAIN, givenKey } from './given-keys.ts'
import { givenLetter } from './given-letter.ts'
import { givenReceipt } from './given-receipt.ts'

const [USERS, OTHER] = ['https://users.example.com', 'https://other.example.com']

const MANIFEST = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: users }
spec: { hostnames: [users.example.com], rules: [{ backendRefs: [{ name: users-v2, port: 80 }], retry: { attempts: 3 } }] }
`

/** The public key of RFC 8037 §A.2. */
const ED25519 = { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

/** A call of `users` that was retried, and one that the mesh itself failed. */
function tellNumbers({ stats }: GivenAdmin): void {
  const counted = numbers()
  const noted = receipt()
  noted.rule = 'all'
  noted.attempts = [1, 2].map((number) => ({ ...attemptNote(number, 'eu', 0), outcome: 'success', tookMs: 7 }))
  const call = { service: 'users', caller: 'checkout', outcome: 'success', error: undefined, tookMs: 20 } as const
  counted.count({ ...call, receipt: noted })
  counted.count({ ...call, caller: undefined, outcome: 'unsent', error: 'no_endpoint', receipt: receipt() })
  const ejected = (['fault', 'doubt', 'refusal'] as const).map((because, at) => ({
    service: 'users',
    endpoint: `eu${at}`,
    because,
    sinceMs: 1,
    forMs: 4,
  }))
  stats.digest({ isolate: 'one', sequence: 1, numbers: counted.take(), learned: { ejected, budgets: { users: 2 } } })
}

/** One saga of each sort: that runs and waits, that is parked, that has ended. */
function tellSagas({ sagas }: GivenAdmin): void {
  const saga = { saga: 'place-order', version: 1, binding: 'SAGAS' }
  sagas.tell({ ...saga, id: 'running', state: 'running', step: 'definition' })
  sagas.look('running', 'approval', 'approved')
  sagas.tell({ ...saga, id: 'parked', state: 'parked', step: 'undo charge', because: 'payments answered 503: ' })
  sagas.tell({ ...saga, id: 'ended', state: 'compensated', step: 'end', because: 'credit limit exceeded' })
}

/** A call that a tap looks for, and more of which there was no room, as soon as there is a tap. */
async function tellTapped({ stats, clock }: GivenAdmin): Promise<void> {
  let answer: DigestAnswer = true
  for (let sequence = 1; typeof answer === 'boolean'; sequence++) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    answer = stats.digest({ isolate: 'tapped', sequence })
  }
  const [order] = answer.taps ?? []
  const call: TapCall = {
    at: clock.now(),
    service: 'users',
    caller: 'checkout',
    method: 'GET',
    path: '/a/{number}',
    status: 503,
    outcome: 'failure',
    tookMs: 7,
    attempts: [{ endpoint: 'eu', outcome: 'failure', tookMs: 6 }],
    rule: 'all',
    error: 'no_endpoint',
    traceId: 'a'.repeat(32),
  }
  stats.digest({ isolate: 'tapped', sequence: 1_000, taps: [{ id: order?.id ?? '', calls: [call], leftOut: 2 }] })
}

async function drained(lines: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of lines);
}

/** Every method is here: a new one is not compiled without a call that shows it. Refusals are part of the tour. */
const TOUR: { readonly [Method in keyof AdminClient]: (client: AdminClient, given: GivenAdmin) => Promise<unknown> } = {
  async list(client) {
    await client.list({ prefix: 'u', limit: 1, cursor: 'a' })
  },
  async get(client) {
    await client.get('users')
    await client.get('nobody')
  },
  async put(client) {
    await client.put('orders', { endpoints: [USERS] }, { ifNoneMatch: '*', message: 'new', author: 'jane' })
    await refused(client.put('orders', USERS, { ifMatch: 99, dryRun: true }))
    await refused(client.put('orders', { endpoint: 1 }, { ifMatch: '*' }))
    await refused(client.put('orders', USERS, {}))
  },
  async delete(client) {
    await client.delete('orders', { ifMatch: '*', message: 'gone', author: 'jane', dryRun: false })
    await refused(client.delete('orders', { ifMatch: 1 }))
  },
  async change(client) {
    const how = { message: 'both', author: 'jane', dryRun: true }
    await client.change([{ name: 'a', record: { alias: 'users' }, ifNoneMatch: '*' }], how)
    await refused(
      client.change([
        { name: 'a', record: null, ifMatch: 7 },
        { name: 'users', record: USERS, ifNoneMatch: '*' },
      ]),
    )
  },
  async history(client) {
    await client.history('users', { limit: 1, cursor: '9' })
  },
  async changes(client) {
    const { cursor } = await client.changes({ limit: 1 })
    await client.changes(cursor === undefined ? {} : { cursor })
  },
  async rollback(client) {
    await client.rollback('users', 1, { ifMatch: '*', message: 'back', author: 'jane', dryRun: true })
    await refused(client.rollback('users', 9))
  },
  async revision(client) {
    await client.revision(1)
    await client.revision(999)
  },
  async grant(client) {
    await client.grant(['users', 'team-*'])
    await refused(client.grant(['no name']))
  },
  async override(client) {
    await client.override({ users: 'users@pr-1' }, '1h', 'jane')
    await refused(client.override({ users: 'orders' }, '1h'))
    await refused(client.override({ users: 'users@pr-1' }, '48h'))
  },
  async validate(client) {
    await client.validate({ users: USERS, orders: { endpoint: 1 } })
  },
  async simulate(client) {
    await client.simulate([{ name: 'users', record: null }], '1h')
    await refused(client.simulate([{ name: 'users', record: null }], '1y'))
  },
  async stats(client, given) {
    await client.stats()
    tellNumbers(given)
    for (const by of ['service', 'rule', 'endpoint', 'caller'] as const) await client.stats({ by, window: '1h' })
    await client.stats({ service: 'users' })
    await refused(client.stats({ window: '1y' }))
  },
  async authz(client, given) {
    await client.authz()
    tellNumbers(given)
    await client.authz({ window: '10s', service: 'users' })
    await refused(client.authz({ window: '1y' }))
  },
  async series(client, given) {
    tellNumbers(given)
    await client.series('users', '1h')
  },
  async endpoints(client, given) {
    tellNumbers(given)
    await client.endpoints('users')
    await client.endpoints('nobody', '1h')
    await refused(client.endpoints('users', '1y'))
  },
  async edges(client, given) {
    tellNumbers(given)
    await client.edges()
  },
  async sagas(client, given) {
    tellSagas(given)
    await client.sagas({ state: 'parked', saga: 'place-order', version: 1, limit: 1, cursor: '0:a' })
    await client.sagas()
    await refused(client.sagas({ version: -1 }))
  },
  async saga(client, given) {
    tellSagas(given)
    await client.saga('parked')
    await client.saga('nobody')
  },
  async decideSaga(client, given) {
    tellSagas(given)
    await client.decideSaga('parked', 'retry', { message: 'payments is back' })
    await refused(client.decideSaga('running', 'skip'))
  },
  async cancelSaga(client, given) {
    tellSagas(given)
    await client.cancelSaga('running', { message: 'by mistake' })
    await refused(client.cancelSaga('ended'))
  },
  async tap(client, given) {
    const looking = drained(client.tap({ service: 'users', method: 'get', path: '/a', status: '5xx', seconds: 1 }))
    await tellTapped(given)
    await looking
    await drained(client.tap({ caller: 'checkout', seconds: 1 }))
    await refused(drained(client.tap({ seconds: 601 })))
  },
  async deadLetters(client, { letters }) {
    for (const id of ['a', 'b']) await letters.keep(givenLetter({ id }))
    const { cursor } = await client.deadLetters({ limit: 1 })
    await client.deadLetters({
      queue: 'jobs',
      reason: 'gone',
      service: 'resizer',
      status: 'all',
      ...(cursor && { cursor }),
    })
    await refused(client.deadLetters({ limit: 0 }))
  },
  async deadLetter(client, { letters }) {
    await letters.keep(givenLetter())
    await client.deadLetter(letters.list().items[0]?.id ?? '')
    await client.deadLetter('0123456789abcdef')
  },
  async redrive(client, { letters, put, run }) {
    await put('jobs', JSON.stringify({ endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] }))
    await run()
    await letters.keep(givenLetter())
    const { id = '' } = letters.list().items[0] ?? {}
    await client.redrive(id)
    await client.redrive(id, 'jobs')
    await refused(client.redrive(id, 'nobody'))
  },
  async dropDeadLetter(client, { letters }) {
    await letters.keep(givenLetter())
    const { id = '' } = letters.list().items[0] ?? {}
    await client.dropDeadLetter(id, 'the picture is gone')
    await refused(client.dropDeadLetter(id, 'again'))
  },
  async keys(client) {
    await client.keys()
  },
  async publishKey(client) {
    await client.publishKey('mesh-1', ED25519)
    await client.publishKey('thumb-1', { ...ED25519, 'selvedge:callers': ['thumbnailer'] })
    await refused(client.publishKey('mesh-2', { ...ED25519, d: 'secret' }))
  },
  async retireKey(client) {
    await refused(client.retireKey('mesh-1'))
    await refused(client.retireKey('nobody'))
    await client.publishKey('mesh-3', ED25519)
    await client.retireKey('mesh-3', { force: true })
  },
  async convert(client) {
    await client.convert(MANIFEST, { hostname: 'a.example.com', domain: 'mesh' })
    await refused(client.convert('a: ['))
  },
  async drift(client) {
    await client.drift({ limit: 2, cursor: 'a' })
  },
  scanDrift: (client) => client.scanDrift(),
  async endDrift(client) {
    await client.endDrift('drifted', 'overwrite', { message: 'ours', author: 'jane' })
    await refused(client.endDrift('users', 'adopt'))
  },
  async check(client) {
    await client.check({ version: '1.0.0' })
  },
  async settings(client) {
    await client.settings()
  },
  async configure(client) {
    await client.configure({ minVersion: '0.1.0' })
    await client.configure({ minVersion: null })
  },
  async resolve(client) {
    const headers = { 'x-env': 'canary' }
    await client.resolve({ request: { method: 'POST', name: 'users', path: '/42', headers }, records: { users: null } })
    await client.resolve({ request: { url: 'http://users/42' } })
    await client.resolve({ request: { url: 'http://nobody/' } })
  },
  async describe(client) {
    await client.describe('users')
    await client.describe('nobody')
  },
  async explain(client) {
    await client.explain(encodeReceipt(givenReceipt()))
    await refused(client.explain('nonsense'))
  },
  async export(client) {
    const { cursor } = await client.export({ limit: 1 })
    await client.export(cursor === undefined ? {} : { cursor })
  },
  async restore(client) {
    const { items } = await client.export()
    await refused(client.restore(items))
  },
  async restored(client) {
    await refused(client.restored('kv', { message: 'moved', author: 'jane' }))
  },
}

async function refused(work: Promise<unknown>): Promise<void> {
  const isRefused = await work.then(
    () => false,
    () => true,
  )
  if (!isRefused) throw new Error('Expected a refusal.')
}

export interface Asked {
  /** The method of the client. */
  readonly of: string
  readonly method: string
  /** Without the `/-/api` in front. */
  readonly path: string
  /** Names of parameters, and of headers that say something of their own. */
  readonly query: readonly string[]
  readonly headers: readonly string[]
  readonly body: { readonly type: string; readonly value: unknown } | undefined
  readonly answer: { readonly status: number; readonly type: string; readonly value: unknown }
}

const EVERYWHERE = ['accept', 'authorization', 'content-type']

export async function toured(): Promise<Asked[]> {
  const { secret } = await givenKey('mesh-1')
  const trusting = { MESH_TRUST: { domain: DOMAIN, sign: 'MESH_KEY' }, MESH_KEY: secret }
  const given = await givenAdmin({ ADMIN_TOKEN: TOKEN, MESH_GRANT_KEY: 'key', ...trusting })
  const { kv, put, run, clock } = given
  for (const name of ['users', 'drifted']) await put(name, USERS)
  await run()
  await clock.advance(600_000)
  await put('drifted', OTHER)
  kv.hand('drifted', 'https://hand.example.com')
  await run()
  const asked: Asked[] = []
  for (const [of, call] of Object.entries(TOUR)) {
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      const { pathname, searchParams } = new URL(url)
      const headers = new Headers(init.headers)
      const path = pathname.replace('/-/api', '')
      const answer = await given.ask(path + new URL(url).search, init)
      const type = typeOf(headers)
      const answered = typeOf(answer.headers)
      const text = await late(clock, answer.text())
      const values = answered === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text]
      const told = values.map((value) => ({
        of,
        method: init.method ?? 'GET',
        path,
        query: [...searchParams.keys()],
        headers: [...headers.keys()].filter((name) => !EVERYWHERE.includes(name)),
        body: typeof init.body === 'string' ? { type, value: readAs(type, init.body) } : undefined,
        answer: { status: answer.status, type: answered, value: JSON.parse(value) },
      }))
      asked.push(...told)
      return new Response(text, answer)
    }
    await call(adminClient({ url: 'http://mesh.test', token: TOKEN, fetch }), given)
  }
  return asked
}

function typeOf(headers: Headers): string {
  return headers.get('content-type')?.split(';')[0] ?? ''
}

function readAs(type: string, text: string): unknown {
  return type === 'application/json' ? JSON.parse(text) : text
}
