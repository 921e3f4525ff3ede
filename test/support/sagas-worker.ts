/** A Worker with sagas on the platform's own engine, and services that are objects: they count what they do, and hang where they are told to. */
import { DurableObject } from 'cloudflare:workers'
import { cloud } from '../../src/cloud.ts'
import type { SagasObject } from '../../src/durable/sagas-object.ts'
import { createMesh } from '../../src/index.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { saga, sagas } from '../../src/saga.ts'

export { SagasObject } from '../../src/durable/sagas-object.ts'

interface Env {
  readonly SAGAS: Workflow
  readonly SERVICES: DurableObjectNamespace<Service>
  readonly SAGAS_OBJECT: DurableObjectNamespace<SagasObject>
  /** `old` code hangs where a saga's input says so; `new` code does not, and has another "changing". */
  readonly CODE: 'old' | 'new'
}

interface Input {
  /** The step at which it hangs, once it is done: `charge`, or `undo charge`. */
  readonly hangAt?: string
  /** The step that is answered 503 four times: more often than a mesh tries by itself. */
  readonly flakyAt?: string
  /** The step that is refused. */
  readonly refusedAt?: string
  /** The undo that is refused. */
  readonly stuckAt?: string
}

const asked = (service: string, step: string, input: Input) =>
  [`http://${service}/${step}`, { method: 'POST', body: JSON.stringify(input) }] as const

const placeOrder = saga<Input>('place-order')
  .step(
    'reserve',
    ({ call, input }) => call(...asked('credit', 'reserve', input)),
    ({ call, input }) => call(...asked('credit', 'undo reserve', input)),
  )
  .step(
    'pack',
    ({ call, input }) => call(...asked('stock', 'pack', input)),
    ({ call, input }) => call(...asked('stock', 'undo pack', input)),
  )
  .pivot('charge', ({ call, input }) => call(...asked('payments', 'charge', input)))
  .step('ship', ({ call, input }) => call(...asked('shipping', 'ship', input)))

const awaited = saga<Input>('awaited')
  .step(
    'reserve',
    ({ call, input }) => call(...asked('credit', 'reserve', input)),
    ({ call, input }) => call(...asked('credit', 'undo reserve', input)),
  )
  .event('approval', { type: 'approved', timeout: '2 days' })
  .pivot('charge', ({ call, input }) => call(...asked('payments', 'charge', input)))

/** The code changes under it, and its version does not. */
function changing(code: Env['CODE'] | undefined) {
  const first = saga<Input>('changing')
  const before =
    code === 'new' ? first.step('check', ({ call, input }) => call(...asked('stock', 'check', input))) : first
  return before
    .step('reserve', ({ call, input }) => call(...asked('credit', 'reserve', input)))
    .pivot('charge', ({ call, input }) => call(...asked('payments', 'charge', input)))
}

declare const CODE: Env['CODE']

const registry = memoryRegistry()
for (const name of ['credit', 'stock', 'payments', 'shipping']) {
  registry.set(name, { endpoints: [{ object: { binding: 'SERVICES', key: `name:${name}` } }] })
}
for (const name of ['place-order', 'awaited', 'changing', 'nobody']) {
  registry.set(name, { endpoints: [{ saga: { binding: 'SAGAS', saga: name } }] })
}
const meshOf = (env: Env) => createMesh({ registry, env, cloud, name: 'shop', log: 'off' })

export const Sagas = sagas([placeOrder, awaited, changing(CODE)], { mesh: meshOf })

/** Each key once, an undo that always succeeds, and a tombstone. */
export class Service extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, state TEXT NOT NULL, times INTEGER NOT NULL)',
    )
  }

  override async fetch(request: Request): Promise<Response> {
    const step = decodeURIComponent(new URL(request.url).pathname.slice(1))
    const key = request.headers.get('idempotency-key') ?? ''
    const input = await request.json<Input>()
    if (input.refusedAt === step || (input.stuckAt === step && this.env.CODE === 'old')) {
      return new Response('no', { status: 422 })
    }
    if (input.flakyAt === step) {
      const times = ((await this.ctx.storage.get<number>(`flaky ${key}`)) ?? 0) + 1
      await this.ctx.storage.put(`flaky ${key}`, times)
      if (times <= 4) return new Response('not now', { status: 503 })
    }
    const of = key.replace(/~undo$/, '')
    const isUndo = of !== key
    const [known] = this.#sql.exec<{ state: string }>('SELECT state FROM keys WHERE key = ?', of).toArray()
    if (!isUndo && known?.state === 'undone') return new Response('undone', { status: 410 })
    if (isUndo || !known) {
      this.#sql.exec(
        `INSERT INTO keys VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state`,
        of,
        isUndo ? 'undone' : 'done',
        isUndo ? 0 : 1,
      )
    }
    // It is done, and nobody hears of it.
    if (input.hangAt === step && this.env.CODE === 'old') {
      await this.ctx.storage.sync()
      await this.ctx.storage.put(`hangs ${of}`, true)
      await scheduler.wait(60_000)
    }
    return Response.json({ step })
  }

  /** What is done, by saga and step; and at which steps somebody hangs. */
  async told(): Promise<{ done: string[]; hanging: string[] }> {
    const done = this.#sql.exec<{ key: string }>(`SELECT key FROM keys WHERE state = 'done' ORDER BY key`).toArray()
    const hanging = [...(await this.ctx.storage.list({ prefix: 'hangs ' })).keys()]
    return { done: done.map(({ key }) => key), hanging }
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/-/told') {
      const services = ['credit', 'stock', 'payments', 'shipping'].map((name) => env.SERVICES.getByName(name).told())
      const told = await Promise.all(services)
      return Response.json({
        done: told.flatMap(({ done }) => done),
        hanging: told.flatMap(({ hanging }) => hanging),
      })
    }
    const [, service, ...path] = pathname.split('/')
    if (service === '-') {
      const [what, id = '', payload] = path
      if (what === 'sagas') return Response.json(await env.SAGAS_OBJECT.getByName('sagas').list({ limit: 100 }))
      // Nothing waits for the first; the local engine goes on for it after a restart (docs/sagas.md).
      const type = what === 'wake' ? 'selvedge-wake' : 'selvedge-decision'
      await (await env.SAGAS.get(id)).sendEvent({ type, payload })
      return Response.json({})
    }
    return meshOf(env).fetch(new Request(`http://${service}/${path.join('/')}`, request))
  },
}
