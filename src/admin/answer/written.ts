/** What a write comes to: a revision, or why there is none. */
import type { HTTPException } from 'hono/http-exception'
import * as v from 'valibot'
import type { Refusal, Refused, Written } from '../../durable/ledger/change.ts'
import { type RefusedStatus, refusal } from './problem.ts'
import { recordOf, revisionOf } from './views.ts'

export const writtenView = v.pipe(
  v.strictObject({
    revision: v.pipe(
      v.number(),
      v.integer(),
      v.description('Of the change; where nothing changed, the newest of what was to be written.'),
    ),
    changed: v.pipe(v.array(v.string()), v.description('Names that changed.')),
    created: v.pipe(v.array(v.string()), v.description('Names among them that were not there before.')),
    dryRun: v.optional(v.pipe(v.literal(true), v.description('Nothing was written: this is what would have been.'))),
  }),
  v.metadata({ ref: 'Written' }),
)
export type WrittenView = v.InferOutput<typeof writtenView>

export function writtenOf({ revision, changed, created }: Written, dryRun = false): WrittenView {
  return { revision, changed: [...changed], created: [...created], ...(dryRun ? { dryRun } : {}) }
}

const STATUS: Readonly<Record<Refusal['code'], RefusedStatus>> = {
  invalid: 422,
  mismatch: 412,
  drifted: 412,
  not_found: 404,
  not_drifted: 409,
  unavailable: 503,
}

/** The worst of them decides the status; all are told. */
export function refusedBy({ refusals }: Refused): HTTPException {
  const first = refusals.find(({ code }) => code === 'invalid') ?? refusals[0]
  if (!first) return refusal(503, 'The registry refused the change, and did not say why.')
  const issues = refusals.flatMap((one) =>
    one.code === 'invalid' ? one.issues.map((issue) => ({ name: one.name, ...issue })) : [],
  )
  if (issues.length > 0) {
    return refusal(
      422,
      `The change cannot be written: ${issues.length} ${issues.length === 1 ? 'thing is' : 'things are'} wrong. Nothing was written.`,
      {
        fields: { code: 'invalid', issues },
      },
    )
  }
  const more = refusals.length > 1 ? { refusals: refusals.map(factsOf) } : {}
  const { name: _, ...facts } = factsOf(first)
  return refusal(STATUS[first.code], sentenceOf(first), { fields: { ...facts, name: first.name, ...more } })
}

function factsOf(refused: Refusal) {
  const { name, code } = refused
  if (code !== 'mismatch' && code !== 'drifted') return { name, code }
  const { current, difference } = refused
  const seen = { name, code, current: current && revisionOf(current), difference }
  if (refused.code !== 'drifted') return seen
  return { ...seen, found: refused.found === null ? null : recordOf(refused.found) }
}

function sentenceOf(refused: Refusal): string {
  const { name } = refused
  switch (refused.code) {
    case 'mismatch':
      return refused.current
        ? `"${name}" is at revision ${refused.current.revision} by now: look at the difference, and write again with that.`
        : `There is no record of "${name}".`
    case 'drifted':
      return `"${name}" was edited by hand in KV. Look at what was found; write again with the revision that was made of it, or resolve the drift.`
    case 'not_found':
      return `"${name}" has no such revision.`
    case 'not_drifted':
      return `"${name}" has no edit by hand that is not in history.`
    case 'unavailable':
      return 'KV did not answer, and without it nobody can say what stands there. Try again.'
    case 'invalid':
      return 'The change cannot be written.'
  }
}
