/** A redirect from http to https. In a cluster it leads to another listener; in the mesh both are one name, so it would loop. */
import { entriesOf, type Fields, isFields, type Path } from './manifest.ts'

/** The first redirect of a route that changes only http to https: a request that came by https would be redirected to itself. */
export function redirectToHttps(rules: unknown, hostnames: readonly unknown[]): Path | undefined {
  return entriesOf(rules, ['spec', 'rules'])
    .flatMap(({ entry, path }) => [
      { filters: entry.filters, path },
      ...entriesOf(entry.backendRefs, [...path, 'backendRefs']).map(({ entry, path }) => ({
        filters: entry.filters,
        path,
      })),
    ])
    .flatMap(({ filters, path }) => entriesOf(filters, [...path, 'filters']))
    .filter(({ entry: { requestRedirect } }) => isFields(requestRedirect) && keepsAll(requestRedirect, hostnames))
    .map(({ path }) => [...path, 'requestRedirect'])[0]
}

function keepsAll({ scheme, hostname, port = 443, path }: Fields, hostnames: readonly unknown[]): boolean {
  const isSameHost = hostname === undefined || hostnames.includes(hostname)
  return scheme === 'https' && isSameHost && port === 443 && path === undefined
}
