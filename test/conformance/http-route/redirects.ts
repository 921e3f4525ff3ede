/** Requests that are answered with another address. */
import type { Feature, Requirement } from '../requirement.ts'

const redirect = (path: string, requestRedirect: object) => ({
  matches: [{ path: { type: 'PathPrefix', value: path } }],
  filters: [{ type: 'RequestRedirect', requestRedirect }],
})

/** A redirect, the path that is asked for, and where it must lead. */
const leads = (says: string, source: string, requestRedirect: object, path: string, location: string, status = 302) =>
  ({
    says,
    source,
    rules: [redirect('/from', requestRedirect)],
    steps: [{ path, expect: { status, nobody: true, answer: { headers: { location } } } }],
  }) satisfies Requirement

const full = (replaceFullPath: string) => ({ path: { type: 'ReplaceFullPath', replaceFullPath } })
const prefix = (replacePrefixMatch: string) => ({ path: { type: 'ReplacePrefixMatch', replacePrefixMatch } })

export const redirects: readonly Feature[] = [
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      leads(
        'a redirect leads to another host with 302, path and query as they were',
        'HTTPRequestRedirectFilter.hostname',
        { hostname: 'example.org' },
        '/from/x?y=1',
        'http://example.org/from/x?y=1',
      ),
      leads(
        'a redirect may be permanent',
        'HTTPRequestRedirectFilter.statusCode',
        { hostname: 'example.org', statusCode: 301 },
        '/from',
        'http://example.org/from',
        301,
      ),
      {
        says: 'a rule that redirects has no backends',
        source: 'HTTPRouteRule, validation',
        rules: [{ ...redirect('/', { hostname: 'example.org' }), backendRefs: [{ name: 'v1', port: 8080 }] }],
        refused: '$.rules[0]',
      },
    ],
  },
  ...([303, 307, 308] as const).map(
    (statusCode): Feature => ({
      name: `HTTPRoute${statusCode}RedirectStatusCode`,
      level: 'Extended',
      requirements: [
        leads(
          `a redirect may be answered with ${statusCode}`,
          'HTTPRequestRedirectFilter.statusCode',
          { statusCode, ...full('/to') },
          '/from',
          'http://{host}/to',
          statusCode,
        ),
      ],
    }),
  ),
  {
    name: 'HTTPRouteSchemeRedirect',
    level: 'Extended',
    requirements: [
      leads(
        'a redirect may lead to another scheme, with its own port',
        'HTTPRequestRedirectFilter.scheme',
        { scheme: 'https' },
        '/from?x=1',
        'https://{host}/from?x=1',
      ),
    ],
  },
  {
    name: 'HTTPRoutePortRedirect',
    level: 'Extended',
    requirements: [
      leads(
        'a redirect may lead to another port',
        'HTTPRequestRedirectFilter.port',
        { port: 8083 },
        '/from',
        'http://{host}:8083/from',
      ),
      leads(
        'the port that the scheme has anyhow is left out',
        'HTTPRequestRedirectFilter.port',
        { scheme: 'https', port: 443, hostname: 'example.org' },
        '/from',
        'https://example.org/from',
      ),
      leads(
        'a port that is not that of the scheme is said',
        'HTTPRequestRedirectFilter.port',
        { scheme: 'https', port: 8443, hostname: 'example.org' },
        '/from',
        'https://example.org:8443/from',
      ),
      leads(
        'port 80 is left out of an http address',
        'HTTPRequestRedirectFilter.port',
        { port: 80, hostname: 'example.org' },
        '/from',
        'http://example.org/from',
      ),
    ],
  },
  {
    name: 'HTTPRoutePathRedirect',
    level: 'Extended',
    requirements: [
      leads(
        'the prefix that matched is replaced, and what follows is kept',
        'HTTPPathModifier.replacePrefixMatch',
        prefix('/to'),
        '/from/lemon?x=1',
        'http://{host}/to/lemon?x=1',
      ),
      leads(
        'a path that is the prefix itself becomes the replacement',
        'HTTPPathModifier.replacePrefixMatch',
        prefix('/to'),
        '/from',
        'http://{host}/to',
      ),
      leads(
        'the whole path is replaced, the query kept',
        'HTTPPathModifier.replaceFullPath',
        full('/to'),
        '/from/lemon?x=1',
        'http://{host}/to?x=1',
      ),
      leads(
        'path and host are replaced together',
        'HTTPRequestRedirectFilter',
        { hostname: 'example.org', ...prefix('/to') },
        '/from/lemon',
        'http://example.org/to/lemon',
      ),
      leads(
        'path and status are said together',
        'HTTPRequestRedirectFilter',
        { statusCode: 301, ...full('/to') },
        '/from/lemon',
        'http://{host}/to',
        301,
      ),
    ],
  },
]
