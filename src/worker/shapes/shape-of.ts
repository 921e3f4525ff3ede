/** Takes the shape of a request: names, and those values alone that rules look at. */
import type { Priority } from '../../core/priority.ts'
import { plainPath } from '../../core/text/path.ts'
import type { Called } from '../../mesh/called-host.ts'
import { maskedPath, maskOf } from '../../telemetry/shape/masked-path.ts'
import { headerKey, isCredential, queryKey, type Shape } from '../../telemetry/shape/shape.ts'
import type { Wanted } from './rulebook.ts'

/** Characters of a path and of a value, names of headers and of query parameters, at most. */
const PATH = 512
const VALUE = 128
const NAMES = 100
/** A name of a query parameter. Whatever else stands there may be a value. */
const NAME = /^[\w.[\]-]{1,64}$/

export interface From {
  readonly caller: string | undefined
  readonly class: Priority
}

export function shapeOf({ method, headers }: Request, called: Called, from: From, wanted: Wanted): Shape {
  const whole = plainPath(called.path)
  const end = whole.indexOf('?')
  const path = end === -1 ? whole : whole.slice(0, end)
  // Most have none, and to parse nothing takes as long as to mask the path.
  const query = end === -1 ? undefined : new URLSearchParams(whole.slice(end))
  const names: string[] = []
  // An iterator crosses into the platform for each name.
  headers.forEach((_, name) => {
    names.push(name)
  })
  const asked = query ? [...new Set(query.keys())].sort() : []
  // A token that stands there alone looks like a name.
  const isName = (name: string) => NAME.test(name) && (maskOf(name) === undefined || wanted.queries.has(name))
  const queries = asked.filter(isName).slice(0, NAMES)
  const values: Record<string, string> = {}
  const keep = (key: string, name: string, value: string | null | undefined) => {
    if (value != null && value.length <= VALUE && !isCredential(name)) values[key] = value
  }
  for (const name of wanted.headers) keep(headerKey(name), name, headers.get(name))
  for (const name of wanted.queries) keep(queryKey(name), name, query?.get(name))
  const shape = {
    service: called.name,
    method,
    // At a slash: a part of an id would not look like one.
    path: maskedPath(
      path.length > PATH ? path.slice(0, path.lastIndexOf('/', PATH)) : path,
      wanted.literals,
      wanted.isWhole,
    ),
    headers: names.slice(0, NAMES),
    queries,
    values,
    ...from,
  }
  const isCut = path.length > PATH || names.length > NAMES || queries.length < asked.length
  return isCut ? { ...shape, isCut } : shape
}
