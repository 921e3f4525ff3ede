/** Adds a service binding to a wrangler.jsonc: its comments, its order and its commas stay as they were. */
import type { ServiceBinding } from './toml.ts'

type Json = Readonly<Record<string, unknown>>

/** As JSON: comments, and commas before a closing bracket, are blanks of the same length. */
function plain(text: string): string {
  const blank = (found: string) => found.replaceAll(/[^\n]/g, ' ')
  const bare = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : blank(found),
  )
  return bare.replaceAll(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? ' ' : found))
}

/** `undefined` where it is no object. */
export function readJsonc(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(plain(text))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

export function jsonBinding({ binding, service, entrypoint, caller }: ServiceBinding): Json {
  return { binding, service, entrypoint, props: { caller } }
}

/** The text with one service more; `undefined` where it cannot be added safely: then it is for a person to do. */
export function withJsonBinding(text: string, added: ServiceBinding): string | undefined {
  const before = readJsonc(text)
  if (!before) return undefined
  const { services = [] } = before as { services?: unknown }
  if (!Array.isArray(services)) return undefined
  const bare = plain(text)
  const one = JSON.stringify(jsonBinding(added))
  const written =
    'services' in before
      ? inList(text, bare, one)
      : inObject(text, bare, `"services": [\n    ${one}\n  ]`, Object.keys(before).length)
  // Looked at as the whole that it is to be: where the text was read wrongly, nothing is written.
  const wanted = JSON.stringify({ ...before, services: [...services, jsonBinding(added)] })
  return written !== undefined && JSON.stringify(readJsonc(written)) === wanted ? written : undefined
}

/** Behind the last field of the whole. */
function inObject(text: string, bare: string, field: string, fields: number): string {
  const end = bare.lastIndexOf('}')
  return inserted(text, bare, end, `\n  ${field}\n`, fields > 0)
}

/** Behind the last service of a list that is there. */
function inList(text: string, bare: string, one: string): string | undefined {
  const key = fieldAt(bare, 'services')
  const start = key === undefined ? -1 : bare.indexOf('[', key)
  const end = start === -1 ? undefined : closingOf(bare, start)
  if (end === undefined) return undefined
  return inserted(text, bare, end, `\n    ${one}\n  `, bare.slice(start + 1, end).trim() !== '')
}

/** @param end where the closing bracket stands. What stands before it is followed by a comma, if anything does. */
function inserted(text: string, bare: string, end: number, piece: string, isFollowing: boolean): string {
  const last = bare.slice(0, end).trimEnd().length
  // A comma that is there already was blanked.
  const hasComma = text
    .slice(last, end)
    .replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
    .includes(',')
  const comma = isFollowing && !hasComma ? ',' : ''
  return `${text.slice(0, last)}${comma}${text.slice(last, end).trimEnd()}${piece}${text.slice(end)}`
}

/** Where the key of a field of the whole stands. */
function fieldAt(bare: string, name: string): number | undefined {
  let depth = 0
  for (const { 0: found, index } of bare.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]]/g)) {
    if (found === '{' || found === '[') depth += 1
    else if (found === '}' || found === ']') depth -= 1
    else if (depth === 1 && found === `"${name}"` && /^\s*:/.test(bare.slice(index + found.length))) return index
  }
  return undefined
}

function closingOf(bare: string, start: number): number | undefined {
  let depth = 0
  for (const { 0: found, index } of bare.slice(start).matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]]/g)) {
    if (found === '{' || found === '[') depth += 1
    if (found === '}' || found === ']') depth -= 1
    if (depth === 0) return start + index
  }
  return undefined
}
