/** What rules may look at, of a shape: what it does not tell is not guessed. */
import type { AccessRule } from '../../features/access/policy.ts'
import type { Asked } from '../../features/route/asked.ts'
import type { Match } from '../../features/route/policy.ts'
import type { Rule } from '../../record/rule.ts'
import type { PathMatch } from '../../schema/path-match.ts'
import { isMasked, maskOf } from '../../telemetry/shape/masked-path.ts'
import { headerKey, queryKey, type Shape } from '../../telemetry/shape/shape.ts'

/** A rule looks at something that the shape does not tell. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell'
}

/** @throws {CannotTell} when it is asked for a value that was not recorded. */
export function shapeAsked(shape: Shape): Asked {
  const { service, method, path, headers, queries, values, isCut } = shape
  const made = new Map<unknown, unknown>()
  const value = (key: string, names: readonly string[], name: string) => {
    const known = values[key]
    if (known !== undefined) return known
    if (names.includes(name) || isCut) throw new CannotTell(key)
    return null
  }
  const asked: Asked = {
    path,
    method,
    header: (name) => (name === 'host' ? service : value(headerKey(name), headers, name)),
    query: (name) => value(queryKey(name), queries, name),
    once<Of>(find: (asked: Asked) => Of): Of {
      if (!made.has(find)) made.set(find, find(asked))
      return made.get(find) as Of
    },
  }
  return asked
}

/** @throws {CannotTell} where the path might match one of these rules if it were whole. */
export function assertTold({ path, method, isCut }: Shape, rules: readonly Rule[]): void {
  if (!isCut && !isMasked(path)) return
  const segments = path.split('/')
  for (const match of rules.flatMap(({ matches = [] }) => matches)) {
    if (isOtherMethod(match, method) || !match.path) continue
    if (isCut || hangsOnMask(match.path, segments)) throw new CannotTell('path')
  }
}

function isOtherMethod(match: Match, method: string): boolean {
  return match.method !== undefined && match.method !== method
}

/** @throws {CannotTell} where who may call hangs on a part of the path that is masked. */
export function assertAccessTold({ path, isCut }: Shape, rules: readonly AccessRule[]): void {
  if (!isCut && !isMasked(path)) return
  const segments = path.split('/')
  for (const said of rules.flatMap(({ paths = [] }) => paths)) {
    if (isCut || hangsOnMask(typeof said === 'string' ? { value: said } : said, segments)) throw new CannotTell('path')
  }
}

/** Would it match, if what is masked were what the rule says there? */
function hangsOnMask({ type = 'PathPrefix', value = '/' }: PathMatch, segments: readonly string[]): boolean {
  if (type === 'RegularExpression') return true
  const said = (type === 'Exact' ? value : value.replace(/\/$/, '')).split('/')
  if (said.length > segments.length || (type === 'Exact' && said.length < segments.length)) return false
  let isMeant = false
  for (const [index, segment] of said.entries()) {
    const recorded = segments[index] as string
    if (recorded === segment) continue
    if (maskOf(segment) !== recorded) return false
    isMeant = true
  }
  return isMeant
}
