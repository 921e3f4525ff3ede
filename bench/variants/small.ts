/** Calls in one of several ways over and over, within one invocation. A way more: a line here, and a row in ../small.ts. */
import { systemClock } from '../../src/core/time/clock.ts'
import { fixedKeys } from '../../src/features/identity/held-keys.ts'
import { privateKeys } from '../../src/features/identity/private-keys.ts'
import { signer } from '../../src/features/identity/signer.ts'
import { verifier } from '../../src/features/identity/verifier.ts'
import { createMesh, type MeshOptions } from '../../src/index.ts'
import { delivery } from '../../src/mesh/delivery/delivery.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { trust } from '../../src/trust.ts'
import { keySet } from '../../src/wire/key-set.ts'
import type { Env } from '../../src/worker/env.ts'
import { shapeOf } from '../../src/worker/shapes/shape-of.ts'
import { createWorker, stats } from '../../src/worker/worker.ts'

const UP = { fetch: async () => new Response(null) }
const options: MeshOptions = {
  registry: memoryRegistry({
    users: { endpoints: [{ binding: 'UP' }] },
    three: { endpoints: [{ binding: 'UP' }, { binding: 'UP2' }, { binding: 'UP3' }] },
    jobs: { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'users' } }] },
  }),
  env: { UP, UP2: UP, UP3: UP },
  freshMs: 3_600_000,
}
const mesh = createMesh({ ...options, waitUntil: () => {} })
const unkept = createMesh(options)
const deliver = mesh.with(delivery)

/** The deployed Worker, in an environment that records shapes, in one that counts alone, and in one that does neither. */
const worker = createWorker({ stats })
const entry = { value: JSON.stringify({ endpoints: [{ binding: 'UP' }] }), metadata: null }
const getWithMetadata = async (keys: string | string[]) =>
  typeof keys === 'string' ? entry : new Map(keys.map((key) => [key, entry]))
const unrecorded = { REGISTRY: { getWithMetadata }, UP, MESH_FRESH: '1h' } as object as Env
const recorded: Env = {
  ...unrecorded,
  STATS_OBJECT: { getByName: () => ({ digest: async () => {}, report: async () => {} }) },
}
const counted: Env = { ...recorded, MESH_SHAPES: '0' }
const wanted = {
  headers: new Set(['x-request-id']),
  queries: new Set<string>(),
  literals: new Set<string>(),
  isWhole: false,
}
const called = { name: 'users', path: '/users/42' }
const from = { caller: undefined, class: 'default' } as const

const accept = 'application/json'
const nine = {
  accept,
  'accept-encoding': 'gzip, br',
  'accept-language': 'en-GB,en;q=0.9',
  authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl',
  'content-type': 'application/json',
  cookie: 'session=9f0c2b7e51d84a4c; theme=dark',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'user-agent': 'shop-frontend/3.4.1',
  'x-request-id': '0190d3f7-7c1e-7b52-9f5e-1d2f6c1a9b11',
}

/** A key of its own, so that no other one is learned of here. The private half is of this file alone, and signs nothing that anybody believes. */
const JWK = {
  kid: 'bench-1',
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
/** RFC 8037 §A.1. */
const PRIVATE = { ...JWK, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }
const DOMAIN = 'mesh.example.com'
const keys = { keys: [JWK] }
const own = privateKeys(JSON.stringify(PRIVATE), 'key')
/** The same Worker with keys. */
const keyedWorker = createWorker({ trust })
const keyed: Env = { ...unrecorded, MESH_TRUST: { domain: DOMAIN, keys } }
/** Calls of an address, of a mesh with a name: without keys, and with one that signs for it. */
const toAddress: MeshOptions = {
  ...options,
  registry: memoryRegistry({ users: { endpoints: ['https://users.example.com'] } }),
  name: 'shop',
  waitUntil: () => {},
  fetch: async () => new Response(null),
}
const unsigned = createMesh(toAddress)
const signing = createMesh({
  ...toAddress,
  trust: trust({ domain: DOMAIN, keys, key: JSON.stringify(PRIVATE), members: ['users.example.com'] }),
})

export type WayName =
  | 'plain'
  | 'control'
  | 'nine'
  | 'unkept'
  | 'three'
  | 'trusted'
  | 'stranger'
  | 'worker'
  | 'counted'
  | 'recorded'
  | 'shape'
  | 'delivered'
  | 'keyed'
  | 'verified'
  | 'verifiedCold'
  | 'unsigned'
  | 'minted'
  | 'mintedCold'
type Call = () => Promise<Response>
type IncomingRequest = Request<unknown, IncomingRequestCfProperties>

/** Requests are made once an invocation: what they cost is the platform's. */
async function waysOf(ctx: ExecutionContext): Promise<Record<WayName, Call>> {
  const asking = { clock: systemClock, defer: (work: Promise<unknown>) => ctx.waitUntil(work) }
  const mint = async () => (await signer(DOMAIN, own, undefined).tokenFor('shop', 'users', asking)) ?? ''
  const token = await mint()
  const shown = new Request('http://users/users/42', { headers: { ...nine, 'selvedge-identity': token } })
  const to = (name: string, headers: Record<string, string> = { accept }) =>
    new Request(`http://${name}/users/42`, { headers })
  const [one, many, three] = [to('users'), to('users', nine), to('three')]
  const plain = () => mesh.fetch(one)
  return {
    plain,
    control: plain,
    nine: () => mesh.fetch(many),
    unkept: () => unkept.fetch(one),
    three: () => mesh.fetch(three),
    trusted: () => mesh.for(one, ctx, { trusted: true }).fetch(one),
    worker: async () => worker.fetch(many as IncomingRequest, unrecorded, ctx),
    counted: async () => worker.fetch(many as IncomingRequest, counted, ctx),
    recorded: async () => worker.fetch(many as IncomingRequest, recorded, ctx),
    // Every request, in place of a share.
    shape: async () => {
      if (shapeOf(many, called, from, wanted).headers.length === 0) throw new Error('It has no headers.')
      return worker.fetch(many as IncomingRequest, unrecorded, ctx)
    },
    delivered: deliveries(ctx),
    keyed: async () => keyedWorker.fetch(many as IncomingRequest, keyed, ctx),
    verified: async () => keyedWorker.fetch(shown as IncomingRequest, keyed, ctx),
    // A verifier, or a signer, that has met nobody: its key is imported, too.
    verifiedCold: async () => {
      await verifier(DOMAIN, fixedKeys(keySet(keys))).callerOf(token, 'users', asking)
      return keyedWorker.fetch(shown as IncomingRequest, keyed, ctx)
    },
    unsigned: () => unsigned.fetch(one),
    minted: () => signing.fetch(one),
    mintedCold: async () => {
      await mint()
      return signing.fetch(one)
    },
    stranger: () => mesh.for(one, ctx, { trusted: false }).fetch(one),
  }
}

/** Messages of a batch, as a consumer is configured to take them. */
const BATCH = 10
const DELIVERED = new Response(null)

/** A message in each call, of batches that are delivered by the first of their calls. */
function deliveries(ctx: ExecutionContext): Call {
  let isTaken = false
  const ack = () => {
    isTaken = true
  }
  const retry = () => {
    throw new Error('It was not taken.')
  }
  const messages = Array.from({ length: BATCH }, (_, at) => {
    const id = `order-${at}`
    const body = {
      specversion: '1.0',
      id,
      type: 'selvedge.request',
      source: 'urn:selvedge:mesh',
      subject: 'jobs',
      time: '2026-11-24T16:00:00.000Z',
      datacontenttype: 'application/json',
      record: 'services/jobs',
      endpoint: 'queue:JOBS',
      caller: 'shop',
      data: { method: 'POST', path: '/users/42', headers: [['accept', accept]], body: '', isBase64Encoded: false },
    }
    return { id, timestamp: new Date(), body, attempts: 1, ack, retry }
  })
  let made = 0
  return async () => {
    if (made++ % BATCH === 0) await deliver({ queue: 'jobs', messages }, undefined, ctx)
    return isTaken ? DELIVERED : new Response(null, { status: 500 })
  }
}

export default {
  async fetch(request: Request, _env: unknown, ctx: ExecutionContext): Promise<Response> {
    const { name, calls } = (await request.json()) as { name: WayName; calls: number }
    const call = (await waysOf(ctx))[name]
    let answered = 0
    for (let made = 0; made < calls; made++) if ((await call()).status === 200) answered += 1
    return Response.json({ answered })
  },
}
