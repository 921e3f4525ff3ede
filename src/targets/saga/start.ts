/** A saga as a service: POST starts one, GET tells how it stands, and an event is sent to it beneath its own path. */
import { MeshError } from '../../core/errors.ts'
import { sha256Hex } from '../../core/text/digest.ts'
import { IDEMPOTENCY_KEY } from '../../wire/headers.ts'
import { plainProblem } from '../../wire/problem/plain.ts'
import { bound } from '../bindings.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { WORKFLOW } from './reach.ts'
import type { SagaTarget } from './schema.ts'

/** What an instance is started with, at most (Workflows limits). */
const INPUT_BYTES = 1_048_576
/** What Workflows takes as an id. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/
const TYPE = /^[\w.-]{1,100}$/

interface Instance {
  status(): Promise<{ status: string; output?: unknown }>
  sendEvent(event: { type: string; payload: unknown }): Promise<void>
}

interface Workflow {
  create(options: { id: string; params: unknown }): Promise<unknown>
  get(id: string): Promise<Instance>
}

export async function sendToWorkflow(
  { bindings }: Pick<Ways, 'bindings'>,
  target: SagaTarget,
  request: Request,
  sent: Sent,
): Promise<Response> {
  const workflow = bound<Workflow>(bindings, target.binding, WORKFLOW)
  const [path = ''] = sent.path.split('?')
  const [, id = '', events, type = '', ...more] = path.split('/')
  const { method } = request
  if (path === '/') return method === 'POST' ? start(workflow, target, sent) : not('POST')
  if (events === undefined && ID.test(id)) {
    return method === 'GET' || method === 'HEAD' ? told(workflow, target, id, sent.caller !== undefined) : not('GET')
  }
  // What operators decide goes by the admin API.
  if (events === 'events' && more.length === 0 && ID.test(id) && TYPE.test(type) && !type.startsWith('selvedge-')) {
    return method === 'POST' ? event(workflow, target, id, type, sent) : not('POST')
  }
  return plainProblem(404, 'Not found', 'A saga is at /, /<id> and /<id>/events/<type>.')
}

async function start(workflow: Workflow, { saga, binding }: SagaTarget, sent: Sent): Promise<Response> {
  const input = await read(sent)
  if (!input) return plainProblem(400, 'Bad request', 'A saga is started with JSON.')
  const { outgoing, receipt, random } = sent
  const key = outgoing.get(IDEMPOTENCY_KEY) ?? outgoing.get('ce-id') ?? ''
  // One that is started again is the same: be it by its caller, or by another attempt of this call.
  receipt.messageId ??= /[^"\s]/.test(key) ? await sha256Hex(`${saga}\n${key}`) : random.hex(16)
  const id = receipt.messageId
  try {
    await workflow.create({ id, params: { saga, binding, input: input.json } })
  } catch (error) {
    if (!says(error, 'already_exists')) throw error
  }
  return Response.json({ id }, { status: 202, headers: { location: `/${id}` } })
}

/** @param isKnown why it turned back speaks of other services: whom nobody knows does not hear of it. */
async function told(workflow: Workflow, target: SagaTarget, id: string, isKnown: boolean): Promise<Response> {
  try {
    const { status, output } = await (await workflow.get(id)).status()
    if (status === 'unknown') return nobody(target, id)
    const { outcome, because, skipped } = (output ?? {}) as Readonly<Record<string, unknown>>
    const hasFailed = status === 'errored' || status === 'terminated'
    const state = outcome ?? (hasFailed ? 'failed' : 'running')
    const why = isKnown && { because, skipped }
    return Response.json({ id, state, ...why }, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    if (says(error, 'not_found')) return nobody(target, id)
    throw error
  }
}

async function event(workflow: Workflow, target: SagaTarget, id: string, type: string, sent: Sent): Promise<Response> {
  const payload = await read(sent)
  if (!payload) return plainProblem(400, 'Bad request', 'An event brings JSON, or nothing.')
  try {
    await (await workflow.get(id)).sendEvent({ type, payload: payload.json })
  } catch (error) {
    if (says(error, 'not_found')) return nobody(target, id)
    // It waits for nothing any more.
    if (!says(error, 'complete')) throw error
  }
  return Response.json({ id }, { status: 202 })
}

/** `undefined` where it is no JSON. */
async function read({ attempt }: Sent): Promise<{ readonly json: unknown } | undefined> {
  const bytes = await wholeBody(attempt.body, INPUT_BYTES)
  if (!bytes) throw new MeshError('request_too_large', `A saga takes ${INPUT_BYTES} bytes at most.`)
  if (bytes.length === 0) return { json: null }
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)) }
  } catch {
    return undefined
  }
}

function nobody({ saga }: SagaTarget, id: string): Response {
  return plainProblem(404, 'Not found', `No saga "${saga}" has the id ${id}.`)
}

function not(allow: string): Response {
  return plainProblem(405, 'Method not allowed', `What stands here is asked by ${allow}.`, { allow })
}

/** Errors of Workflows have their code in the message: `(instance.already_exists) …`. */
function says(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.includes(`instance.${code}`)
}
