/** Where one is: pages stand behind the `#` of the address, so that no server hears of them. */

export type Route =
  | { readonly page: 'services' }
  | { readonly page: 'service'; readonly name: string }
  | { readonly page: 'edit'; readonly name: string }
  | { readonly page: 'new' }
  | { readonly page: 'resolve'; readonly name?: string; readonly method?: string; readonly path?: string }
  | { readonly page: 'topology' }
  | { readonly page: 'access' }
  /** Of one service alone, where it is said. */
  | { readonly page: 'dead'; readonly service?: string }
  | { readonly page: 'events' }
  | { readonly page: 'sagas' }
  | { readonly page: 'changes' }

/** Pages of which the address says nothing but which they are. */
const PLAIN = ['new', 'topology', 'access', 'events', 'sagas', 'changes'] as const

function isPlain(page: string): page is (typeof PLAIN)[number] {
  return PLAIN.some((one) => one === page)
}

/** What the address says of a page, behind `?`. */
const SAID = { resolve: ['name', 'method', 'path'], dead: ['service'] } as const

/** What is not known leads to the first page. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2)
  const [, page = '', ...rest] = path.split('/')
  const name = decoded(rest.join('/'))
  if ((page === 'service' || page === 'edit') && name !== '') return { page, name }
  if (isPlain(page)) return { page }
  if (page !== 'resolve' && page !== 'dead') return { page: 'services' }
  const said = new URLSearchParams(query)
  const entries = SAID[page].flatMap((key) => {
    const value = said.get(key)
    return value === null ? [] : [[key, value]]
  })
  return { page, ...Object.fromEntries(entries) }
}

export function hashOf(route: Route): string {
  if (route.page === 'services') return '#/'
  if (route.page === 'service' || route.page === 'edit') return `#/${route.page}/${encodeURIComponent(route.name)}`
  if (route.page !== 'resolve' && route.page !== 'dead') return `#/${route.page}`
  const { page, ...values }: { readonly page: keyof typeof SAID } & Readonly<Record<string, string>> = route
  const said = new URLSearchParams()
  for (const key of SAID[page]) {
    const value = values[key]
    if (value !== undefined) said.set(key, value)
  }
  return said.size > 0 ? `#/${page}?${said}` : `#/${page}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
