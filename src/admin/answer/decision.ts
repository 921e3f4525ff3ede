/** A decision that is told, as the description of the API has it. */
import * as v from 'valibot'

const whole = v.pipe(v.number(), v.integer())
const revision = v.optional(v.string())

const refused = v.strictObject({
  is: v.literal('refused'),
  code: v.pipe(v.string(), v.description('A code of docs/errors.md.')),
  status: whole,
  detail: v.string(),
})

const outcome = v.variant('is', [
  v.strictObject({ is: v.literal('sent'), host: v.string(), path: v.string() }),
  v.strictObject({ is: v.literal('answered'), status: whole, location: v.optional(v.string()) }),
  refused,
])

const unknown = v.pipe(v.literal('unknown'), v.description('Only the isolates know it.'))

export const candidateView = v.pipe(
  v.strictObject({
    endpoint: v.string(),
    kind: v.string(),
    weight: v.number(),
    locality: v.optional(v.string()),
    state: v.picklist(['reachable', 'unreachable', 'drained', 'unknown']),
    because: v.optional(v.string()),
    ejected: unknown,
    inFlight: unknown,
    latencyMs: unknown,
  }),
  v.metadata({ ref: 'Candidate' }),
)

export const valueView = v.pipe(
  v.strictObject({
    field: v.string(),
    value: v.unknown(),
    source: v.pipe(v.string(), v.description('`built in`, `MESH_DEFAULTS`, `record`, or `rule` and its label.')),
  }),
  v.metadata({ ref: 'PolicyValue' }),
)

const condition = v.strictObject({
  on: v.string(),
  type: v.string(),
  wanted: v.string(),
  found: v.nullable(v.string()),
  holds: v.boolean(),
  refused: v.optional(v.string()),
})

const rule = v.strictObject({
  label: v.string(),
  matched: v.boolean(),
  isTaken: v.boolean(),
  why: v.string(),
  matches: v.array(v.strictObject({ holds: v.boolean(), conditions: v.array(condition) })),
})

const lead = v.strictObject({
  rule: v.optional(v.string()),
  backend: v.optional(v.string()),
  share: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  isKept: v.optional(v.literal(true)),
  filters: v.array(v.strictObject({ type: v.string(), does: v.string() })),
  key: v.optional(v.string()),
  revision,
  candidates: v.array(candidateView),
  policy: v.array(valueView),
  outcome,
})

export const decisionView = v.pipe(
  v.strictObject({
    request: v.strictObject({ method: v.string(), name: v.string(), path: v.string() }),
    names: v.array(v.string()),
    key: v.optional(v.string()),
    revision,
    read: v.array(
      v.strictObject({ key: v.string(), isThere: v.boolean(), revision, isWhatIf: v.optional(v.literal(true)) }),
    ),
    records: v.array(v.strictObject({ key: v.string(), revision, rules: v.array(rule) })),
    leads: v.array(lead),
    access: v.optional(
      v.array(
        v.strictObject({
          record: v.string(),
          rule: v.pipe(v.string(), v.description('`default`: none matched.')),
          effect: v.pipe(
            v.picklist(['allow', 'deny', 'unknown']),
            v.description('`unknown`: it depends on claims. The rest is told as if a token let the caller in.'),
          ),
          mode: v.picklist(['enforce', 'audit']),
          proof: v.string(),
          without: v.optional(
            v.pipe(
              v.strictObject({ effect: v.picklist(['allow', 'deny']), rule: v.string() }),
              v.description('Where it depends on claims: what is said of the caller without them.'),
            ),
          ),
        }),
      ),
    ),
    refused: v.optional(refused),
  }),
  v.metadata({ ref: 'Decision' }),
)
