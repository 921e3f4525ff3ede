/** What a receipt leaves out where it is too long for a header. */
import type { ChoiceRead, ReceiptView } from './view.ts'

/** What is kept at each depth: characters of a message; candidates of a choice; choices, attempts, records and the like. */
const KEPT = [
  { text: 400, candidates: 1000, items: 12 },
  { text: 200, candidates: 16, items: 8 },
  { text: 100, candidates: 8, items: 4 },
  { text: 100, candidates: 2, items: 2 },
] as const
/** What names and endpoints are cut to at last, in characters. */
const NAME = 100

/** The deeper, the less is left: first of lists the middle, and of messages the end. `leftOut` names the fields. */
export function cut(view: ReceiptView, depth: number): ReceiptView {
  const kept = KEPT[depth - 1]
  if (!kept) return bare(view)
  const leftOut = new Set(view.leftOut)
  const listed = <Of>(name: string, items: readonly Of[], most: number = kept.items) => {
    if (items.length <= most) return items
    leftOut.add(name)
    // The last ones say how it ended.
    return [...items.slice(0, most >> 1), ...items.slice((most >> 1) - most)]
  }
  const text = (name: string, said: string) => {
    if (said.length <= kept.text) return said
    leftOut.add(name)
    return `${said.slice(0, kept.text)}…`.toWellFormed()
  }
  const choiceOf = (choice: ChoiceRead): ChoiceRead => {
    const { candidates, chosen } = choice
    if (candidates.length <= kept.candidates) return choice
    leftOut.add('choices.candidates').add('choices.rounds')
    const best = candidates.toSorted((one, other) => rank(one, chosen) - rank(other, chosen))
    // Their positions are no longer those that the rounds name.
    return { ...choice, candidates: best.slice(0, kept.candidates), rounds: [] }
  }
  return {
    ...view,
    path: listed('path', view.path),
    records: listed('records', view.records).map((record) =>
      record.refused === undefined ? record : { ...record, refused: text('records.refused', record.refused) },
    ),
    skipped: listed('skipped', view.skipped).map(({ endpoint, reason }) => ({
      endpoint,
      reason: text('skipped.reason', reason),
    })),
    choices: listed('choices', view.choices).map(choiceOf),
    attempts: listed('attempts', view.attempts).map((attempt) =>
      attempt.reason === undefined ? attempt : { ...attempt, reason: text('attempts.reason', attempt.reason) },
    ),
    ...(view.detail === undefined ? {} : { detail: text('detail', view.detail) }),
    leftOut: [...leftOut],
  }
}

/** The chosen one first, then the cheapest. */
function rank({ endpoint, cost }: { endpoint: string; cost: number }, chosen: string | undefined): number {
  return endpoint === chosen ? Number.NEGATIVE_INFINITY : cost
}

/** What always fits. */
function bare(view: ReceiptView): ReceiptView {
  const { at, service, key, rule, backend, retriesUsed, retryRefused, error, tookMs, targetMs } = view
  const short = (said: string) => said.slice(0, NAME).toWellFormed()
  return {
    at,
    path: [],
    records: [],
    skipped: [],
    choices: [],
    attempts: [],
    retriesUsed,
    tookMs,
    targetMs,
    ...(service === undefined ? {} : { service: short(service) }),
    ...(key === undefined ? {} : { key: short(key) }),
    ...(rule === undefined ? {} : { rule: short(rule) }),
    ...(backend === undefined ? {} : { backend: short(backend) }),
    ...(retryRefused === undefined ? {} : { retryRefused }),
    ...(error === undefined ? {} : { error }),
    leftOut: ['path', 'records', 'skipped', 'choices', 'attempts', 'detail', 'unread'],
  }
}
