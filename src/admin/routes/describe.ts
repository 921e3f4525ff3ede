/** The description of a record: the policy in effect and who wrote it, and who refers to it. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { wildcardsOf } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { systemRandom } from '../../core/time/random.ts'
import { describe as described } from '../../mesh/told/describe.ts'
import { referrersOf, type Standing } from '../../mesh/told/referrers.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import { readInstallation } from '../../wire/installation.ts'
import { candidateView, valueView } from '../answer/decision.ts'
import { notFound, refusal } from '../answer/problem.ts'
import { recordView, viewOf } from '../answer/views.ts'
import { name, params, query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { reaches, type Token } from '../auth/tokens.ts'
import { type AdminEnv, type Registry, registryOf } from '../env.ts'
import { listed } from '../listed.ts'
import { operation } from '../operation.ts'

const place = v.array(v.union([v.string(), v.number()]))

const descriptionView = v.pipe(
  v.strictObject({
    ...recordView.entries,
    alias: v.optional(v.pipe(v.array(v.string()), v.description('The names that stand for it, in turn.'))),
    policy: v.array(valueView),
    rules: v.array(v.strictObject({ label: v.string(), leadsTo: v.array(v.string()), policy: v.array(valueView) })),
    candidates: v.array(candidateView),
    refused: v.optional(v.pipe(v.string(), v.description('Why the mesh does not understand it.'))),
    referredBy: v.array(v.strictObject({ name: v.string(), path: place })),
  }),
  v.metadata({ ref: 'Description' }),
)

/** Subscriptions have no policy. */
const NO_SERVICE = { policy: [], rules: [], candidates: [] }

/** Records of a page: as many as the object hands out. */
const ITEMS = 1_000

export function describe(clock: Clock) {
  return new Hono<AdminEnv>().get(
    '/services/:name/describe',
    operation({
      id: 'describe',
      summary: 'A record, its policy in effect with the source of each value, and who refers to it',
      answers: { 200: { description: 'The description.', schema: descriptionView } },
      refusals: [400, 404, 422],
    }),
    params({ name }),
    query({}),
    async (c) => {
      const { name } = c.req.valid('param')
      const token = allow(c, 'read', [name])
      const registry = registryOf(c.env)
      const current = await registry.get(name)
      if (!current) throw notFound(await absent(name, registry, token))
      try {
        const installation = readInstallation(c.req.raw.headers)
        const told = isOfEvents(name)
          ? NO_SERVICE
          : described(name, current.text, { installation, clock, random: systemRandom() })
        const referredBy = referrersOf(name, await all(registry, token))
        return c.json({ ...viewOf(current), ...told, referredBy }, 200, { 'cache-control': 'no-store' })
      } catch (error) {
        if (error instanceof MeshError) throw refusal(422, error.message, { fields: { code: error.code } })
        throw error
      }
    },
  )
}

/** Every record that the token sees. */
async function all(registry: Registry, token: Token): Promise<Standing[]> {
  const standing: Standing[] = []
  let cursor: string | undefined
  do {
    const page = await listed(registry, token, { limit: ITEMS, cursor })
    for (const { name, text } of page.items) standing.push({ name, text })
    cursor = page.cursor
  } while (cursor !== undefined)
  return standing
}

/** Where nothing stands under a name, a wildcard may answer for it. */
async function absent(name: string, registry: Registry, token: Token): Promise<string> {
  const wildcards = wildcardsOf(name).filter((wildcard) => reaches(token, wildcard))
  const { entries } = await registry.read(wildcards, 0)
  const answering = entries.find(({ text }) => text !== null)
  const instead = answering ? ` "${answering.name}" answers for it.` : ''
  return `There is no record of "${name}".${instead}`
}
