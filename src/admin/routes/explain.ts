/** Explanations: why a call that was made went as it did, told of its receipt. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { MeshError } from '../../core/errors.ts'
import { explain as explained, ruleNamed } from '../../mesh/told/explain.ts'
import { parseRecord } from '../../record/parse.ts'
import type { Rule } from '../../record/rule.ts'
import { decodeReceipt } from '../../wire/receipt/decode.ts'
import type { ReceiptView } from '../../wire/receipt/view.ts'
import { refusal } from '../answer/problem.ts'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { type AdminEnv, type Registry, registryOf } from '../env.ts'
import { operation } from '../operation.ts'
import { nameOf } from '../registry.ts'

const body = jsonBody(
  v.strictObject({
    receipt: v.pipe(v.string(), v.maxLength(16_384), v.description('The value of `selvedge-receipt` of an answer.')),
  }),
)

const candidate = v.strictObject({
  endpoint: v.string(),
  weight: v.number(),
  inFlight: v.number(),
  latencyMs: v.optional(v.number()),
  isChosen: v.boolean(),
  why: v.string(),
})

const explanationView = v.pipe(
  v.strictObject({
    summary: v.string(),
    steps: v.array(
      v.strictObject({ what: v.string(), said: v.array(v.string()), candidates: v.optional(v.array(candidate)) }),
    ),
    replayed: v.array(
      v.strictObject({
        what: v.string(),
        observed: v.optional(v.string()),
        again: v.optional(v.string()),
        agrees: v.optional(v.boolean()),
        because: v.optional(v.string()),
      }),
    ),
    next: v.array(v.strictObject({ do: v.string(), link: v.string() })),
    receipt: v.pipe(v.looseObject({}), v.description('The receipt, decoded.')),
  }),
  v.metadata({ ref: 'Explanation' }),
)

export function explain() {
  return new Hono<AdminEnv>().post(
    '/explain',
    operation({
      id: 'explain',
      summary: 'Why a call that was made went as it did, told of its receipt',
      description:
        'What stands on the receipt, in order; the choices that chance had a part in, made again by the code of the mesh; and what to do next. Records are looked up in history, at the revision that was obeyed.',
      answers: { 200: { description: 'The explanation.', schema: explanationView } },
      refusals: [400, 413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      const receipt = decoded((await body.read(c)).receipt)
      allow(
        c,
        'read',
        receipt.records.map(({ key }) => nameOf(key)),
      )
      const rule = await ruleThen(registryOf(c.env), receipt)
      return c.json(explained(receipt, rule), 200, { 'cache-control': 'no-store' })
    },
  )
}

function decoded(text: string): ReceiptView {
  try {
    return decodeReceipt(text)
  } catch (error) {
    if (error instanceof TypeError) throw refusal(422, error.message, { fields: { code: 'invalid' } })
    throw error
  }
}

/** The rule that was obeyed, of the record as it stood then. Nothing where history does not have it. */
async function ruleThen(registry: Registry, { key, rule, records }: ReceiptView): Promise<Rule | undefined> {
  const revision = Number(records.find((record) => record.key === key)?.revision ?? Number.NaN)
  if (key === undefined || rule === undefined || !Number.isSafeInteger(revision)) return undefined
  const { items } = await registry.history(nameOf(key), { cursor: revision + 1, limit: 1 })
  const [then] = items
  if (then?.revision !== revision || then.text === null) return undefined
  try {
    return ruleNamed(parseRecord(then.text).rules ?? [], rule)
  } catch (error) {
    if (error instanceof MeshError) return undefined
    throw error
  }
}
