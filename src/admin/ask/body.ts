/** Bodies: read up to a limit, in the type that was asked for, as the shape that was asked for. */
import type { Context } from 'hono'
import { resolver } from 'hono-openapi'
import * as v from 'valibot'
import { isDeeper, MOST_LEVELS } from '../../core/text/depth.ts'
import { refusal } from '../answer/problem.ts'
import { isInText } from '../auth/held.ts'
import type { AdminEnv } from '../env.ts'

/** As much as one change of a thousand records has, with room. */
const MAX_BYTES = 4 * 1024 * 1024

const JSON_TYPE = 'application/json'

export interface JsonBody<Of> {
  /** How the description of the API tells of it. */
  readonly spec: {
    readonly required: true
    readonly content: { readonly [type: string]: { readonly schema: ReturnType<typeof resolver> } }
  }
  /** @throws a refusal: 413, 415, 400 for what is no JSON, 422 for what has another shape. */
  read(c: Context<AdminEnv>): Promise<Of>
}

export function jsonBody<Schema extends v.GenericSchema>(schema: Schema): JsonBody<v.InferOutput<Schema>> {
  return {
    spec: { required: true, content: { [JSON_TYPE]: { schema: resolver(schema) } } },
    async read(c) {
      assertType(c, [JSON_TYPE])
      const read = v.safeParse(schema, parsedJson(await readText(c)))
      if (read.success) return read.output
      const issues = read.issues.map(({ path, message }) => ({
        path: (path ?? []).map(({ key }) => key as string | number),
        message: reworded(message),
      }))
      throw refusal(422, 'The body is not as it should be.', { fields: { code: 'invalid', issues } })
    },
  }
}

/** What is said of a wrong body repeats nothing of it. */
function reworded(message: string): string {
  return message.replace(/ but received .*$/s, '.').replace(/: (Expected [^.]*)$/, '. $1')
}

/** The media type of the body, in lower case and without parameters. */
export function typeOf(c: Context<AdminEnv>): string {
  return (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** @throws 415 that says which types are read. */
export function assertType(c: Context<AdminEnv>, types: readonly string[]): string {
  const type = typeOf(c)
  if (types.includes(type)) return type
  throw refusal(415, `The body is read as ${types.join(' or ')}: say so in content-type.`, {
    headers: { accept: types.join(', ') },
  })
}

/** @throws 400 for what is no JSON, 422 for what is nested too deep. */
export function parsedJson(text: string): unknown {
  assertShallow(text)
  try {
    return JSON.parse(text)
  } catch {
    throw refusal(400, 'The body is not JSON.')
  }
}

function assertShallow(text: string): void {
  if (isDeeper(text, MOST_LEVELS)) throw refusal(422, `The body is nested deeper than ${MOST_LEVELS} levels.`)
}

/** The whole body as text. It is called off as soon as it is too long. */
export async function readText(c: Context<AdminEnv>): Promise<string> {
  const encoding = c.req.header('content-encoding')?.trim().toLowerCase()
  if (encoding && encoding !== 'identity')
    throw refusal(415, 'A body is sent as it is, without content-encoding.', {
      headers: { 'accept-encoding': 'identity' },
    })
  const declared = Number(c.req.header('content-length') ?? 0)
  const tooLong = () => refusal(413, `A body has at most ${MAX_BYTES} bytes.`)
  const { body } = c.req.raw
  if (declared > MAX_BYTES) {
    await body?.cancel().catch(() => {})
    throw tooLong()
  }
  if (!body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let text = ''
  let bytes = 0
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes += read.value.length
      if (bytes > MAX_BYTES) {
        await reader.cancel().catch(() => {})
        throw tooLong()
      }
      text += decoder.decode(read.value, { stream: true })
    }
    text += decoder.decode()
  } catch (error) {
    if (error instanceof TypeError) throw refusal(400, 'The body is not UTF-8, or did not come to its end.')
    throw error
  }
  if (holdsToken(c, text))
    throw refusal(422, 'The body holds the token that was sent with it: it would be kept. Nothing was written.')
  return text
}

function holdsToken(c: Context<AdminEnv>, text: string): boolean {
  const sent = (c.req.header('authorization') ?? '').replace(/^\S+ +/, '').trim()
  return sent.length >= 8 && isInText(sent, text)
}
