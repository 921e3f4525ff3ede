/** The path of a rule as it is written: what stands in a trace in place of the path that was asked for. */
import type { RuleMatch } from '../../core/sink.ts'
import type { Asked } from './asked.ts'
import { matcher, ranked } from './match.ts'

/** Finds the template of a path. `undefined` where the rule says nothing of paths. */
export type Templates = (matches: readonly RuleMatch[], path: string) => string | undefined

/** What is made of a rule is made once. */
export function templates(): Templates {
  const made = new WeakMap<readonly RuleMatch[], (path: string) => string | undefined>()
  return (matches, path) => {
    const known = made.get(matches) ?? templateOf(matches)
    made.set(matches, known)
    return known(path)
  }
}

/** A rule with several paths is asked which of them it is; one with a single path is not. */
function templateOf(matches: readonly RuleMatch[]): (path: string) => string | undefined {
  const paths = ranked([{ matches: matches.map(({ path }) => (path ? { path } : {})) }]).map(({ match }) => match)
  const written = paths.map(({ path }) => textOf(path))
  if (new Set(written).size <= 1) return () => written[0]
  const match = matcher(paths.map((one) => ({ matches: [one] })))
  return (path) => written[match(pathAlone(path))]
}

/** `/orders/*` is what begins with `/orders`. */
function textOf(path: RuleMatch['path']): string | undefined {
  if (!path) return undefined
  const { type = 'PathPrefix', value = '/' } = path
  return type === 'PathPrefix' ? `${value.replace(/\/$/, '')}/*` : value
}

/** Nothing but the path is looked at. */
function pathAlone(path: string): Asked {
  const asked: Asked = { path, method: '', header: () => null, query: () => null, once: (find) => find(asked) }
  return asked
}
