/** Sagas: which there are, and what people decide of them. */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { SAGA_STATES } from '../../core/saga/told.ts'
import type { SagaRow } from '../../durable/sagas/saga-book.ts'
import { notFound, refusal } from '../answer/problem.ts'
import { instant } from '../answer/views.ts'
import { jsonBody } from '../ask/body.ts'
import { cursor, limit, message, params, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import { reaches } from '../auth/tokens.ts'
import { type AdminEnv, type ControlEnv, type SagaInstance, type Sagas, sagasOf } from '../env.ts'
import { operation, pageOf } from '../operation.ts'
import { engineOf, instanceOf, wakeUp } from './workflow.ts'

/** As selvedge/saga waits for it. */
const DECISION = 'selvedge-decision'

const at = v.pipe(v.string(), v.isoTimestamp())
const sagaView = v.pipe(
  v.strictObject({
    id: v.string(),
    saga: v.string(),
    version: v.pipe(v.number(), v.integer(), v.description('0: no code of this saga was there.')),
    state: v.picklist(SAGA_STATES),
    step: v.pipe(v.string(), v.description('Where it stands: behind the pivot, where it stood last.')),
    because: v.pipe(v.nullable(v.string()), v.description('Why it turned back, or stands still.')),
    waitsFor: v.pipe(v.nullable(v.string()), v.description('The type of the event that it waits for.')),
    traceId: v.pipe(v.nullable(v.string()), v.description('The trace of all its calls.')),
    cancelledBy: v.nullable(v.string()),
    decided: v.pipe(v.nullable(v.string()), v.description('What was decided last, by whom and why.')),
    startedAt: at,
    changedAt: at,
    parkedAt: v.nullable(at),
    endedAt: v.nullable(at),
    engine: v.optional(
      v.pipe(
        v.strictObject({ status: v.string(), error: v.optional(v.string()) }),
        v.description('What the Workflow says, where this control plane is bound to it.'),
      ),
    ),
  }),
  v.metadata({ ref: 'Saga' }),
)
type SagaView = v.InferOutput<typeof sagaView>

const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/),
  v.description('The id of a saga: that of its Workflow instance.'),
)
const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(64), v.description('The name of a saga.'))
const version = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.number(), v.integer(), v.minValue(0))

const decision = jsonBody(
  v.strictObject({
    decision: v.pipe(
      v.picklist(['retry', 'skip']),
      v.description('`retry`: try it again. `skip`: go on as if it were done; the end says that it was skipped.'),
    ),
    message: v.optional(message),
  }),
)
const cancellation = jsonBody(v.strictObject({ message: v.optional(message) }))

const ITEMS = 100
const NO_STORE = { 'cache-control': 'no-store' }

export function sagas(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/sagas',
      operation({
        id: 'sagas',
        summary: 'Sagas, the newest first',
        answers: { 200: { description: 'A page.', schema: pageOf(sagaView) } },
        refusals: [404],
      }),
      query({
        state: v.optional(v.picklist(SAGA_STATES)),
        saga: v.optional(name),
        version: v.optional(version),
        limit: v.optional(limit),
        cursor: v.optional(cursor),
      }),
      async (c) => {
        const token = allow(c, 'read', [])
        const { limit = ITEMS, ...asked } = c.req.valid('query')
        const { items, cursor } = await listed(c.env).list({ ...asked, limit })
        const seen = items.filter(({ saga }) => reaches(token, saga)).map((row) => viewOf(row))
        return c.json({ items: seen, ...(cursor !== undefined && { cursor }) }, 200, NO_STORE)
      },
    )
    .get(
      '/sagas/:id',
      operation({
        id: 'saga',
        summary: 'One saga, and what its Workflow says of it',
        answers: { 200: { description: 'The saga.', schema: sagaView } },
        refusals: [404],
      }),
      params({ id }),
      query({}),
      async (c) => {
        const row = await known(c, 'read')
        const engine = await engineOf(c.env, row)
        // The list may have heard of it by that.
        return c.json(viewOf((await listed(c.env).get(row.id)) ?? row, engine), 200, NO_STORE)
      },
    )
    .post(
      '/sagas/:id/decision',
      operation({
        id: 'decideSaga',
        summary: 'Says what a parked saga is to do',
        answers: { 200: { description: 'It goes on.', schema: sagaView } },
        refusals: [404, 409, 413, 415, 422],
        requestBody: decision.spec,
      }),
      params({ id }),
      query({}),
      async (c) => {
        const row = await known(c, 'write')
        const { decision: what, message } = await decision.read(c)
        if (row.state !== 'parked') {
          throw refusal(409, `The saga ${row.id} is ${row.state}, not parked: there is nothing to decide.`)
        }
        const { name } = c.get('token')
        const instance = await bound(c.env, row)
        await instance.sendEvent({ type: DECISION, payload: what }).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error)
          throw refusal(503, `The Workflow "${bindingOf(row)}" did not take the decision: ${why}. Say it again.`)
        })
        audit.did(name, `decide saga ${row.id}`, what)
        await listed(c.env).decided(row.id, said(`${what} by ${name}`, message))
        return c.json(viewOf((await listed(c.env).get(row.id)) ?? row), 200, NO_STORE)
      },
    )
    .post(
      '/sagas/:id/cancel',
      operation({
        id: 'cancelSaga',
        summary: 'Calls a saga off: at its next step before the pivot it turns back',
        answers: { 200: { description: 'It will hear of it.', schema: sagaView } },
        refusals: [404, 409, 413, 415, 422],
        requestBody: cancellation.spec,
      }),
      params({ id }),
      query({}),
      async (c) => {
        const row = await known(c, 'write')
        const { message } = await cancellation.read(c)
        const { name } = c.get('token')
        if (!(await listed(c.env).cancel(row.id, said(name, message)))) {
          throw refusal(409, `The saga ${row.id} has ended: it is ${row.state}.`)
        }
        audit.did(name, `cancel saga ${row.id}`, 'cancelled')
        await wakeUp(c.env, row)
        return c.json(viewOf((await listed(c.env).get(row.id)) ?? row), 200, NO_STORE)
      },
    )
}

/** @throws a 404 where nobody lists them. */
function listed(env: ControlEnv): Sagas {
  const object = sagasOf(env)
  if (object) return object
  throw refusal(
    404,
    'This control plane has no binding SAGAS_OBJECT, so nobody lists sagas: docs/sagas.md says what to bind.',
    { fields: { code: 'not_listed' } },
  )
}

async function known(c: Context<AdminEnv>, role: 'read' | 'write'): Promise<SagaRow> {
  allow(c, role, [])
  const id = c.req.param('id') ?? ''
  const row = await listed(c.env).get(id)
  // Of what the token does not reach it does not hear.
  if (!row || !reaches(c.get('token'), row.saga)) throw notFound(`No saga has the id "${id}".`)
  return row
}

async function bound(env: ControlEnv, row: SagaRow): Promise<SagaInstance> {
  const instance = await instanceOf(env, row)
  if (instance) return instance
  throw refusal(
    409,
    `This control plane reaches no Workflow "${bindingOf(row)}" with this saga: bind it with its script_name (docs/sagas.md).`,
    { fields: { code: 'not_bound' } },
  )
}

function viewOf(row: SagaRow, engine?: SagaView['engine']): SagaView {
  const { id, saga, version, state, step, because, waitsFor, traceId, cancelledBy, decided } = row
  return {
    id,
    saga,
    version,
    state,
    step,
    because,
    waitsFor,
    traceId,
    cancelledBy,
    decided,
    startedAt: instant(row.startedAt),
    changedAt: instant(row.changedAt),
    parkedAt: row.parkedAt === null ? null : instant(row.parkedAt),
    endedAt: row.endedAt === null ? null : instant(row.endedAt),
    ...(engine && { engine }),
  }
}

function bindingOf({ binding }: SagaRow): string {
  return binding ?? 'SAGAS'
}

function said(who: string, message: string | undefined): string {
  return message === undefined ? who : `${who}: ${message}`
}
