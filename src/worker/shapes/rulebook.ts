/** What the rules of records look at, learned as the mesh reads them: no other value of a request is kept. */
import type { ServiceName } from '../../core/endpoint.ts'
import { type Lru, lru } from '../../core/lru.ts'
import { candidateKeys } from '../../registry/keys.ts'
import type { Registry } from '../../registry/registry.ts'
import { maskOf } from '../../telemetry/shape/masked-path.ts'

/** What of a request the rules of a name look at. */
export interface Wanted {
  /** In lower case. */
  readonly headers: Set<string>
  readonly queries: Set<string>
  /** Segments of paths that look like ids, and that rules name. */
  readonly literals: Set<string>
  /** Do any read the path by an expression? */
  isWhole: boolean
}

export interface Rulebook {
  /** The same registry, looked over the shoulder. */
  readonly registry: Registry
  wanted(name: ServiceName): Wanted
}

interface Page extends Wanted {
  readonly text: string
  readonly alias: readonly string[]
}

/** Records that are kept: of those with rules or aliases, as many as a mesh keeps names. */
const PAGES = 2000
/** What a record has that says anything here. */
const SAYS = /"(?:rules|alias)"/

export function rulebook(registry: Registry): Rulebook {
  const pages: Lru<string, Page> = lru(PAGES)

  function learn(key: string, text: string | undefined): void {
    if (text === undefined || !SAYS.test(text)) pages.delete(key)
    else if (pages.get(key)?.text !== text) {
      const page = pageOf(text)
      if (page) pages.set(key, page)
    }
  }

  /** @param seen names that were looked at: lists of aliases may lead to one on many ways. */
  function add(name: string, wanted: Wanted, seen: Set<string>): void {
    if (seen.has(name)) return
    seen.add(name)
    for (const key of candidateKeys(name)) {
      const page = pages.get(key)
      if (!page) continue
      for (const set of ['headers', 'queries', 'literals'] as const) for (const one of page[set]) wanted[set].add(one)
      wanted.isWhole ||= page.isWhole
      for (const other of page.alias) add(other, wanted, seen)
    }
  }

  return {
    registry: {
      ...registry,
      async read(keys) {
        const entries = await registry.read(keys)
        for (const [index, key] of keys.entries()) learn(key, entries[index]?.text)
        return entries
      },
    },
    wanted(name) {
      const wanted = nothing()
      add(name, wanted, new Set())
      return wanted
    },
  }
}

function nothing(): Wanted {
  return { headers: new Set(), queries: new Set(), literals: new Set(), isWhole: false }
}

/** Read loosely: what is wrong with a record is the mesh's to say. */
interface Loose {
  alias?: string | string[]
  rules?: { matches?: LooseMatch[] }[]
}
interface LooseMatch {
  path?: { type?: string; value?: string }
  headers?: { name: string }[]
  queryParams?: { name: string }[]
}

function pageOf(text: string): Page | undefined {
  try {
    const { alias = [], rules = [] } = JSON.parse(text) as Loose
    const page = { ...nothing(), text, alias: [alias].flat() }
    for (const { path = {}, headers = [], queryParams = [] } of rules.flatMap(({ matches = [] }) => matches)) {
      for (const { name } of headers) page.headers.add(name.toLowerCase())
      for (const { name } of queryParams) page.queries.add(name)
      if (path.type === 'RegularExpression') page.isWhole = true
      else for (const part of path.value?.split('/') ?? []) if (maskOf(part) !== undefined) page.literals.add(part)
    }
    return page
  } catch {
    return undefined
  }
}
