/** What of a request a rule may look at. */

export interface Asked {
  /** Without the query. */
  readonly path: string
  readonly method: string
  header(name: string): string | null
  /** The first value of a query parameter. */
  query(name: string): string | null
  /** What `find` makes of this request: it is called once, however often it is asked for. */
  once<Of>(find: (asked: Asked) => Of): Of
}

/** @param path path and query, from the first slash. */
export function asked(request: Request, path: string, host: string): Asked {
  return new AskedRequest(request, path, host)
}

/** The same request, at another path. */
export function withPath(asked: Asked, path: string): Asked {
  return {
    path,
    method: asked.method,
    header: (name) => asked.header(name),
    query: (name) => asked.query(name),
    once: (find) => find(withPath(asked, path)),
  }
}

class AskedRequest implements Asked {
  readonly path: string
  private readonly request: Request
  private readonly host: string
  private readonly search: string
  private parameters: URLSearchParams | undefined
  private found: Map<unknown, unknown> | undefined

  constructor(request: Request, path: string, host: string) {
    const end = path.indexOf('?')
    this.path = end === -1 ? path : path.slice(0, end)
    this.search = end === -1 ? '' : path.slice(end)
    this.request = request
    this.host = host
  }

  // Asked of the platform when a rule asks: each look costs as much as to match a path.
  get method(): string {
    return this.request.method
  }

  header(name: string): string | null {
    // The name that was called: port, case and the mesh's own domain make no difference to it, nor how it was said.
    return name === 'host' ? this.host : this.request.headers.get(name)
  }

  query(name: string): string | null {
    this.parameters ??= new URLSearchParams(this.search)
    return this.parameters.get(name)
  }

  once<Of>(find: (asked: Asked) => Of): Of {
    const known = this.found?.get(find) as Of | undefined
    if (known !== undefined) return known
    const made = find(this)
    this.found ??= new Map()
    this.found.set(find, made)
    return made
  }
}
