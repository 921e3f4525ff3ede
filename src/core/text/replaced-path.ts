/** Paths that a rule changes: HTTPPathModifier of the Gateway API. */

/** A path in place of that of a request, in whole or in part. */
export type PathModifier =
  | { type: 'ReplaceFullPath'; replaceFullPath: string }
  /** Needs a rule with one match, of a PathPrefix. */
  | { type: 'ReplacePrefixMatch'; replacePrefixMatch: string }

/** The path and query that stand for those of a request. */
export type Replace = (path: string) => string

/** @param prefix of every request of the rule, where a prefix is replaced. */
export function replacedPath(modifier: PathModifier, prefix: string): Replace {
  if (modifier.type === 'ReplaceFullPath') {
    const path = rooted(modifier.replaceFullPath)
    return (asked) => path + asked.slice(endOf(asked))
  }
  // Closing slashes of either make no difference: it is segments that are replaced.
  const length = prefix.replace(/\/$/, '').length
  const start = rooted(modifier.replacePrefixMatch).replace(/\/$/, '')
  return (asked) => {
    const rest = asked.slice(length)
    return rest.startsWith('/') || start ? start + rest : `/${rest}`
  }
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** Where the query begins, or the end. */
function endOf(path: string): number {
  const query = path.indexOf('?')
  return query === -1 ? path.length : query
}
