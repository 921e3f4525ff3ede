/** Public keys of those who may sign: listed, published and retired. The object keeps them, and shows them in the KV namespace TRUST. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { SIGNS_AFTER_S } from '../../../core/time/key-times.ts'
import { jwksOf, publicKey, setOf } from '../../../wire/key-set.ts'
import { notFound, refusal } from '../../answer/problem.ts'
import { jsonBody } from '../../ask/body.ts'
import { params, query } from '../../ask/query.ts'
import type { Audit } from '../../audit.ts'
import { allow, allowAll } from '../../auth/allow.ts'
import { type AdminEnv, type Registry, registryOf } from '../../env.ts'
import { operation } from '../../operation.ts'
import { audited } from '../../write.ts'

type KeyAnswer = Awaited<ReturnType<Registry['trustKeys']>>

const instant = v.nullable(v.pipe(v.string(), v.isoTimestamp()))
const names = v.optional(v.array(v.string()))

const keyView = v.pipe(
  v.strictObject({
    kid: v.string(),
    alg: v.string(),
    since: v.pipe(instant, v.description('When it was published; `null`: by hand, and nobody said.')),
    signsFrom: v.pipe(instant, v.description('A mesh that has it signs with it from then on; `null`: it did before.')),
    callers: v.pipe(names, v.description('For whom it may speak. Left out: for all names.')),
    overrides: v.pipe(names, v.description('Names and tags that it may swap.')),
    shown: v.pipe(v.boolean(), v.description('Has KV taken it? If not, publish it again.')),
  }),
  v.metadata({ ref: 'Key' }),
)

const keysView = v.strictObject({ keys: v.array(keyView) })

const kid = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/), v.description('The name of a key.'))

const body = jsonBody(
  v.strictObject({
    key: v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        'The public half, as a JWK with `alg`; `selvedge:callers` says for whom it may speak. A private key is refused.',
      ),
    ),
  }),
)

export function trustKeys(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/keys',
      operation({
        id: 'keys',
        summary: 'Public keys of those who may sign',
        answers: { 200: { description: 'All of them.', schema: keysView } },
        refusals: [400, 409],
      }),
      query({}),
      async (c) => {
        allow(c, 'read', [])
        return c.json(viewOf(await registryOf(c.env).trustKeys()), 200, { 'cache-control': 'no-store' })
      },
    )
    .put(
      '/keys/:kid',
      operation({
        id: 'publishKey',
        summary: 'Publishes a public key: a mesh that has its private half signs with it two minutes later',
        answers: { 200: { description: 'All keys, as they are now.', schema: keysView } },
        refusals: [400, 409, 413, 415, 422],
        requestBody: body.spec,
      }),
      params({ kid }),
      query({}),
      async (c) => {
        const token = allowAll(c, 'write')
        const { kid } = c.req.valid('param')
        const { key } = await body.read(c)
        const jwk = readable({ ...key, kid })
        const publish = () => registryOf(c.env).publishKey(jwk)
        const answer = await audited(audit, token, `key ${kid}`, publish, codeOf('published'))
        return c.json(viewOf(answer), 200, { 'cache-control': 'no-store' })
      },
    )
    .delete(
      '/keys/:kid',
      operation({
        id: 'retireKey',
        summary: 'Takes a public key away, where no token of it can be under way',
        answers: { 200: { description: 'The others, as they are now.', schema: keysView } },
        refusals: [400, 404, 409],
      }),
      params({ kid }),
      query({
        force: v.optional(
          v.pipe(
            v.picklist(['true', 'false']),
            v.transform((said) => said === 'true'),
            v.boolean(),
            v.description('Though callers may be refused for it: the key is in wrong hands.'),
          ),
        ),
      }),
      async (c) => {
        const token = allowAll(c, 'write')
        const { kid } = c.req.valid('param')
        const { force = false } = c.req.valid('query')
        const retire = () => registryOf(c.env).retireKey(kid, force)
        const answer = await audited(audit, token, `key ${kid}`, retire, codeOf('retired'))
        return c.json(viewOf(answer), 200, { 'cache-control': 'no-store' })
      },
    )
}

function codeOf(done: string): (answer: KeyAnswer) => string {
  return (answer) => (answer.ok ? done : answer.code)
}

/** What is wrong with it is told by the place, never with what stood there. */
function readable(value: object): { kid: string } {
  try {
    const [jwk] = (jwksOf(setOf([publicKey(value, '$')])) as { keys: [{ kid: string; 'selvedge:since'?: number }] })
      .keys
    const { 'selvedge:since': _, ...own } = jwk
    return own
  } catch (error) {
    throw refusal(422, error instanceof TypeError ? error.message : 'It is no public key.', {
      fields: { code: 'invalid' },
    })
  }
}

function viewOf(answer: KeyAnswer): v.InferOutput<typeof keysView> {
  if (!answer.ok) {
    const { code, message } = answer
    throw code === 'not_found' ? notFound(message) : refusal(409, message, { fields: { code } })
  }
  return {
    keys: answer.keys.map(({ jwk, since, isShown }) => {
      const { kid, alg, 'selvedge:callers': callers, 'selvedge:overrides': overrides } = jwk
      return {
        kid,
        alg: String(alg),
        since: since === 0 ? null : timeOf(since),
        signsFrom: since === 0 ? null : timeOf(since + SIGNS_AFTER_S),
        ...(callers !== undefined && { callers: callers as string[] }),
        ...(overrides !== undefined && { overrides: overrides as string[] }),
        shown: isShown,
      }
    }),
  }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
