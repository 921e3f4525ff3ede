/** Changes what a rule wants changed: path, host and headers of the request, headers of the answer. */
import { type Filter, nothing } from '../../core/engine/service.ts'
import { type Replace, replacedPath } from '../../core/text/replaced-path.ts'
import { remade } from '../../wire/answer/remade.ts'
import type { PickedHeaders } from '../../wire/picked.ts'
import type { HeaderModifier, Rewrite } from './policy.ts'

export interface RewritePlan {
  readonly replace: Replace | undefined
  readonly host: string | undefined
  readonly request: readonly HeaderModifier[]
  readonly response: readonly HeaderModifier[]
}

interface RewriteNeeds {
  readonly name: string
  readonly path: string
  readonly headers: PickedHeaders
  readonly way?: { readonly rewrite: RewritePlan | undefined } | undefined
}

interface RewriteGives {
  readonly name: string
  readonly path: string
}

/**
 * What a backend says follows what its rule says.
 *
 * @param prefix of every request of the rule.
 */
export function rewritePlan(
  rewrites: readonly Rewrite[],
  request: readonly HeaderModifier[],
  response: readonly HeaderModifier[],
  prefix: string,
): RewritePlan | undefined {
  const path = rewrites.findLast(({ path }) => path)?.path
  const host = rewrites.findLast(({ hostname }) => hostname !== undefined)?.hostname
  const replace = path && replacedPath(path, prefix)
  const isEmpty = !replace && host === undefined && request.length + response.length === 0
  return isEmpty ? undefined : { replace, host, request, response }
}

/** Above retry: once a request. */
export const rewrite: Filter<RewriteNeeds, RewriteGives | object> = function rewrite(
  request,
  { name, path, headers, way },
  next,
) {
  if (!way?.rewrite) return next(request, nothing)
  const { replace, host, request: onRequest, response: onResponse } = way.rewrite
  for (const modifier of onRequest) modify(headers.passedOn, modifier)
  const gives = replace || host !== undefined ? { path: replace ? replace(path) : path, name: host ?? name } : nothing
  const answer = next(request, gives)
  return onResponse.length === 0 ? answer : answer.then((response) => modified(response, onResponse))
}

function modified(response: Response, modifiers: readonly HeaderModifier[]): Response {
  const answer = remade(response)
  for (const modifier of modifiers) if (answer) modify(answer.headers, modifier)
  return answer ?? response
}

function modify(headers: Headers, { set = [], add = [], remove = [] }: HeaderModifier): void {
  for (const { name, value } of set) headers.set(name, value)
  for (const { name, value } of add) headers.append(name, value)
  for (const name of remove) headers.delete(name)
}
