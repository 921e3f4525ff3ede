/** Dead letters: listed, shown, put into their queue again, dropped. */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { LetterRow } from '../../durable/letters/letters-engine.ts'
import type { DeadLetter } from '../../telemetry/dead-letter.ts'
import { notFound, refusal } from '../answer/problem.ts'
import { instant } from '../answer/views.ts'
import { jsonBody } from '../ask/body.ts'
import { cursor, limit, message, params, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import { type Role, reaches, type Token } from '../auth/tokens.ts'
import { type AdminEnv, type ControlEnv, type DeadLetters, deadLettersOf, registryOf } from '../env.ts'
import { operation, pageOf } from '../operation.ts'
import { audited } from '../write.ts'
import { againOf, bindingOf, queueOf, shownMessage } from './redrive.ts'

const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/), v.description('The id of a letter, 16 hex digits.'))
const name = (what: string) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(512), v.description(what))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const timestamp = v.pipe(v.string(), v.isoTimestamp())

const letter = {
  id: v.string(),
  messageId: v.pipe(v.string(), v.description('The id of the message: its idempotency-key.')),
  queue: v.string(),
  subject: v.pipe(v.nullable(v.string()), v.description('The name that was called.')),
  to: v.pipe(v.nullable(v.string()), v.description('The service that did not get it.')),
  reason: v.string(),
  detail: v.string(),
  attempts: v.pipe(count, v.description('Deliveries, the last time.')),
  times: v.pipe(count, v.description('How often it died.')),
  redriven: count,
  status: v.pipe(
    v.picklist(['dead', 'sending', 'redriven']),
    v.description('`sending`: it is being redriven; one that stays so was not.'),
  ),
  firstAt: timestamp,
  lastAt: timestamp,
  traceId: v.nullable(v.string()),
}
const letterView = v.pipe(v.strictObject(letter), v.metadata({ ref: 'DeadLetter' }))

const wholeView = v.pipe(
  v.strictObject({
    ...letter,
    answer: v.pipe(
      v.nullable(v.strictObject({ status: count, body: v.string() })),
      v.description('What the receiver answered last.'),
    ),
    message: v.pipe(v.unknown(), v.description('The message as it came. Values of headers are masked.')),
  }),
  v.metadata({ ref: 'DeadLetterWhole' }),
)

const redrive = jsonBody(
  v.strictObject({
    to: v.optional(name('A record with a queue and "deliverTo", by which it is delivered in place of its own.')),
  }),
)
const redrivenView = v.strictObject({
  id: v.string(),
  redriven: count,
  binding: v.pipe(v.string(), v.description('The queue that it is in now.')),
})

const NO_STORE = { 'cache-control': 'no-store' }

export function deadLetters(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/dead-letters',
      operation({
        id: 'deadLetters',
        summary: 'Messages that could not be delivered, the newest first',
        answers: { 200: { description: 'A page.', schema: pageOf(letterView) } },
        refusals: [404],
      }),
      query({
        queue: v.optional(name('The name of a queue.')),
        reason: v.optional(name('As `gone`, or `status 422`.')),
        service: v.optional(name('The name that was called, or the service that did not get it.')),
        status: v.optional(
          v.pipe(
            v.picklist(['waiting', 'redriven', 'all']),
            v.description('`waiting`, the default: dead, and not redriven since.'),
          ),
        ),
        limit: v.optional(limit),
        cursor: v.optional(cursor),
      }),
      async (c) => {
        const { status = 'waiting', ...asked } = c.req.valid('query')
        const page = await kept(c.env).list({ ...asked, ...(status !== 'all' && { status }) })
        const items = page.items.filter((row) => isReached(c.get('token'), row)).map(viewOf)
        return c.json({ items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) }, 200, NO_STORE)
      },
    )
    .get(
      '/dead-letters/:id',
      operation({
        id: 'deadLetter',
        summary: 'One of them, with its message',
        answers: { 200: { description: 'The letter.', schema: wholeView } },
        refusals: [404],
      }),
      params({ id }),
      query({}),
      async (c) => {
        const { row, letter } = await found(c, 'read', c.req.valid('param').id)
        const { status, answer = '', message } = letter.data
        const told = status === undefined ? null : { status, body: answer }
        return c.json({ ...viewOf(row), answer: told, message: shownMessage(message) }, 200, NO_STORE)
      },
    )
    .post(
      '/dead-letters/:id/redrive',
      operation({
        id: 'redriveDeadLetter',
        summary: 'Puts its message into its queue again, with its id; its deliveries are counted anew',
        answers: { 200: { description: 'The queue has it.', schema: redrivenView } },
        refusals: [404, 409, 413, 415, 422],
        requestBody: redrive.spec,
      }),
      params({ id }),
      query({}),
      async (c) => {
        const { id } = c.req.valid('param')
        const { row, letter } = await found(c, 'write', id)
        const { to } = await redrive.read(c)
        if (to !== undefined) allow(c, 'write', [to])
        const binding = await bindingOf(letter, to, registryOf(c.env))
        const queue = queueOf(c.env, binding)
        const redriven = row.redriven + 1
        const object = kept(c.env)
        // Said before it is done: it may die again before the queue has answered.
        if (!(await object.sending(id))) throw unknown(id)
        const isSent = await queue.send(againOf(letter, to, redriven), { contentType: 'json' }).then(
          () => true,
          () => false,
        )
        audit.did(c.get('token').name, `redrive dead letter ${id}`, isSent ? 'redriven' : 'refused')
        await object.sent(id, isSent)
        if (!isSent) throw refusal(503, `The queue "${binding}" did not take it. It waits as before.`)
        return c.json({ id, redriven, binding }, 200, NO_STORE)
      },
    )
    .delete(
      '/dead-letters/:id',
      operation({
        id: 'dropDeadLetter',
        summary: 'Forgets it; who, and why, is in the audit',
        answers: { 200: { description: 'It is gone.', schema: v.strictObject({ id: v.string() }) } },
        refusals: [404],
      }),
      params({ id }),
      query({ message: v.pipe(message, v.nonEmpty()) }),
      async (c) => {
        const { id } = c.req.valid('param')
        const { message } = c.req.valid('query')
        await found(c, 'write', id)
        const drop = () => kept(c.env).drop(id)
        await audited(audit, c.get('token'), `drop dead letter ${id}: ${message}`, drop, () => 'dropped')
        return c.json({ id }, 200, NO_STORE)
      },
    )
}

/** @throws a 404 where nobody keeps them. */
function kept(env: ControlEnv): DeadLetters {
  const object = deadLettersOf(env)
  if (object) return object
  throw refusal(404, 'This control plane has no binding DEAD_LETTERS: docs/queues.md says how to keep dead letters.', {
    fields: { code: 'not_kept' },
  })
}

/** @throws a 404 where there is none, or none that the token reaches. */
async function found(
  c: Context<AdminEnv>,
  role: Role,
  id: string,
): Promise<{ readonly row: LetterRow; readonly letter: DeadLetter }> {
  allow(c, role, [])
  const read = await kept(c.env).read(id)
  if (!read || !isReached(c.get('token'), read.row)) throw unknown(id)
  return { row: read.row, letter: JSON.parse(read.letter) as DeadLetter }
}

function unknown(id: string) {
  return notFound(`There is no dead letter "${id}".`)
}

/** Of a token with prefixes: all names of it that are known, and one at least. */
function isReached(token: Token, { subject, to }: LetterRow): boolean {
  if (token.prefixes === undefined) return true
  const names = [subject, to].filter((name) => name !== null)
  return names.length > 0 && names.every((name) => reaches(token, name))
}

function viewOf({ firstAt, lastAt, ...row }: LetterRow) {
  return { ...row, firstAt: instant(firstAt), lastAt: instant(lastAt) }
}
