/** What a token may do: its role, and the names that it reaches. */
import type { Context } from 'hono'
import { refusal } from '../answer/problem.ts'
import type { AdminEnv } from '../env.ts'
import { type Role, reaches, type Token } from './tokens.ts'

/** @throws a 403 that says what is needed. */
export function allow(c: Context<AdminEnv>, role: Role, names: readonly string[]): Token {
  const token = hasRole(c, role)
  const beyond = names.find((name) => !reaches(token, name))
  if (beyond === undefined) return token
  const prefixes = (token.prefixes ?? []).map((prefix) => `"${prefix}"`).join(', ')
  throw refusal(403, `The token "${token.name}" reaches names that begin with ${prefixes}; "${beyond}" does not.`)
}

/** For what concerns all names at once. */
export function allowAll(c: Context<AdminEnv>, role: Role): Token {
  const token = hasRole(c, role)
  if (token.prefixes === undefined) return token
  throw refusal(403, `The token "${token.name}" has prefixes; this is about all names, and takes a token without.`)
}

function hasRole(c: Context<AdminEnv>, role: Role): Token {
  const token = c.get('token')
  if (role === 'read' || token.role === 'write') return token
  throw refusal(403, `The token "${token.name}" has the role "read"; this takes one with the role "write".`)
}
