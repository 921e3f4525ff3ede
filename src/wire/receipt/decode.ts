/** Reads a receipt again: for the command and the admin API, which need no mesh for it. */
import { fromBase64url } from '../../core/text/base64url.ts'
import { type Packed, RECEIPT_VERSION, SKIPS, STATES } from './form.ts'
import type { CandidateRead, ReceiptView } from './view.ts'

/** @throws {TypeError} for a text that is no receipt of a version known here. */
export function decodeReceipt(text: string): ReceiptView {
  const [version = '', body = '', ...more] = text.trim().split('.')
  if (version !== RECEIPT_VERSION || more.length > 0) {
    const said = version.slice(0, 12)
    throw new TypeError(
      `A receipt begins with "${RECEIPT_VERSION}.", which is its version; this one begins with "${said}".`,
    )
  }
  const view = parsed(fromBase64url(body))
  if (!isPacked(view)) throw new TypeError('The receipt is damaged: copy the whole value of selvedge-receipt.')
  return opened(view)
}

function opened({ ids, choices, attempts, ...view }: Packed): ReceiptView {
  const endpointOf = (id: number | undefined) => ids[id ?? -1] ?? '?'
  const candidateOf = (tuple: readonly number[]): CandidateRead => {
    const [id, weight = 1, state = 0, until = 0, inFlight = 0, latencyMs = -1, cost = 0, cold, skip = 0] = tuple
    const skipped = SKIPS[skip]
    return {
      endpoint: endpointOf(id),
      weight,
      state: STATES[state] ?? 'healthy',
      ...(until === 0 ? {} : { ejectedUntil: until }),
      inFlight,
      ...(latencyMs < 0 ? {} : { latencyMs }),
      cost,
      ...(cold === 1 ? { isCold: true } : {}),
      ...(skipped === undefined ? {} : { skipped }),
    }
  }
  return {
    ...view,
    choices: choices.map(({ candidates, chosen, ...choice }) => ({
      ...choice,
      candidates: candidates.map(candidateOf),
      ...(chosen === undefined ? {} : { chosen: endpointOf(chosen) }),
    })),
    attempts: attempts.map((attempt) => ({ ...attempt, endpoint: endpointOf(attempt.endpoint) })),
  }
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}

/** As far as reading it depends on it: anybody may hand in anything. */
function isPacked(value: unknown): value is Packed {
  if (!isObject(value)) return false
  const {
    at,
    ids,
    path,
    records,
    skipped,
    choices,
    attempts,
    backendDraws = [],
    unread = [],
    leftOut = [],
    override = {},
    access = [],
    rates = [],
  } = value
  return (
    typeof at === 'number' &&
    isTexts(ids) &&
    isTexts(path) &&
    isTexts(unread) &&
    isTexts(leftOut) &&
    isObject(override) &&
    isList(access, isObject) &&
    isList(rates, isObject) &&
    isNumbers(backendDraws) &&
    isList(records, isRecord) &&
    isList(skipped, isObject) &&
    isList(attempts, isObject) &&
    isList(choices, isChoice)
  )
}

function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false
  const { key } = value
  return typeof key === 'string'
}

function isChoice(value: unknown): boolean {
  if (!isObject(value)) return false
  const { candidates, rounds } = value
  return isList(candidates, isNumbers) && isList(rounds, isRound)
}

function isRound(value: unknown): boolean {
  if (!isObject(value)) return false
  const { among, draws } = value
  return isNumbers(among) && isNumbers(draws)
}

function isTexts(value: unknown): boolean {
  return isList(value, (one) => typeof one === 'string')
}

function isNumbers(value: unknown): boolean {
  return isList(value, (one) => typeof one === 'number')
}

function isList(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
