/** Where one is: pages stand behind the `#` of the address, so that no server hears of them. */

export type Route =
  | { readonly page: 'services' }
  | { readonly page: 'service'; readonly name: string }
  | { readonly page: 'edit'; readonly name: string }
  | { readonly page: 'new' }
  | { readonly page: 'resolve'; readonly name?: string; readonly method?: string; readonly path?: string }
  | { readonly page: 'topology' }
  | { readonly page: 'access' }
  | { readonly page: 'dead' }
  | { readonly page: 'sagas' }
  | { readonly page: 'changes' }

/** Pages of which the address says nothing but which they are. */
const PLAIN = ['new', 'topology', 'access', 'dead', 'sagas', 'changes'] as const

function isPlain(page: string): page is (typeof PLAIN)[number] {
  return PLAIN.some((one) => one === page)
}

/** What is not known leads to the first page. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2)
  const [, page = '', ...rest] = path.split('/')
  const name = decoded(rest.join('/'))
  if ((page === 'service' || page === 'edit') && name !== '') return { page, name }
  if (isPlain(page)) return { page }
  if (page !== 'resolve') return { page: 'services' }
  const said = new URLSearchParams(query)
  const entries = ['name', 'method', 'path'].flatMap((key) => {
    const value = said.get(key)
    return value === null ? [] : [[key, value]]
  })
  return { page, ...Object.fromEntries(entries) }
}

export function hashOf(route: Route): string {
  if (route.page === 'services') return '#/'
  if (route.page === 'service' || route.page === 'edit') return `#/${route.page}/${encodeURIComponent(route.name)}`
  if (route.page !== 'resolve') return `#/${route.page}`
  const said = new URLSearchParams()
  for (const key of ['name', 'method', 'path'] as const) {
    const value = route[key]
    if (value !== undefined) said.set(key, value)
  }
  return said.size > 0 ? `#/resolve?${said}` : '#/resolve'
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
