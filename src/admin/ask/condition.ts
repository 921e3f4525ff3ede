/** Conditions: no record is written by somebody who has not seen what it replaces. */
import type { Context } from 'hono'
import type { Condition } from '../../durable/ledger/change.ts'
import { refusal } from '../answer/problem.ts'
import { type AdminEnv, type Registry, registryOf } from '../env.ts'

/** What was said of the state that was seen; `*`: whatever is there, if there is something. */
export type Seen = Condition | { readonly ifMatch: '*' }

const NEEDED =
  'Say which state you have seen: if-match: "<revision>", the etag of the record, or if-none-match: * where there was none.'

/** @throws 428 where none was said, 400 where it cannot be read. */
export function seenOf(c: Context<AdminEnv>): Seen {
  const seen = seenIfSaid(c)
  if (seen) return seen
  throw refusal(428, NEEDED)
}

/** @throws 400 where it cannot be read. */
export function seenIfSaid(c: Context<AdminEnv>): Seen | undefined {
  const [match, noneMatch] = [c.req.header('if-match'), c.req.header('if-none-match')]
  if (match === undefined && noneMatch === undefined) return undefined
  if (match !== undefined && noneMatch !== undefined)
    throw refusal(400, 'if-match and if-none-match exclude each other.')
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return { ifNoneMatch: '*' }
    throw refusal(400, 'To write, if-none-match is *: only where there is no record.')
  }
  if (match?.trim() === '*') return { ifMatch: '*' }
  const [, digits] = /^\s*"(\d{1,15})"\s*$/.exec(match ?? '') ?? []
  if (digits === undefined) throw refusal(400, 'if-match is one etag, a revision in quotes as in "7", or *.')
  return { ifMatch: Number(digits) }
}

/** The revision that `*` stands for; where there is no record, one that never is. */
export async function conditionOf(registry: Registry, name: string, seen: Seen): Promise<Condition> {
  if ('ifNoneMatch' in seen) return seen
  if (seen.ifMatch !== '*') return { ifMatch: seen.ifMatch }
  const current = await registry.get(name)
  return { ifMatch: current?.revision ?? 0 }
}

/** For one record, as the headers say. */
export async function conditionIn(c: Context<AdminEnv>, name: string): Promise<Condition> {
  return conditionOf(registryOf(c.env), name, seenOf(c))
}
