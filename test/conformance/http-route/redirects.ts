/** Requests that are answered with another address. */
import type { Feature, Requirement, Step } from '../requirement.ts'

const redirect = (path: string, requestRedirect: object) => ({
  matches: [{ path: { type: 'PathPrefix', value: path } }],
  filters: [{ type: 'RequestRedirect', requestRedirect }],
})

/** A redirect, the path that is asked for, and where it must lead. */
const leads = (
  says: string,
  source: string,
  requestRedirect: object,
  path: string,
  location: string,
  status = 302,
  request: Pick<Step, 'method' | 'body' | 'port'> = {},
) =>
  ({
    says,
    source,
    rules: [redirect('/from', requestRedirect)],
    steps: [{ ...request, path, expect: { status, nobody: true, answer: { headers: { location } } } }],
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
        leads(
          `a redirect with ${statusCode} is for a POST, too, whose body reaches nobody`,
          'HTTPRequestRedirectFilter.statusCode',
          { statusCode },
          '/from?x=1',
          'http://{host}/from?x=1',
          statusCode,
          { method: 'POST', body: 'x'.repeat(100_000) },
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
      leads(
        'a scheme that is said has its own port, whatever that of the request',
        'HTTPRequestRedirectFilter.port',
        { scheme: 'https' },
        '/from',
        'https://{host}/from',
        302,
        { port: 8080 },
      ),
      leads(
        'scheme, host and status are said together',
        'HTTPRequestRedirectFilter',
        { scheme: 'https', hostname: 'example.org', statusCode: 301 },
        '/from',
        'https://example.org/from',
        301,
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
        'port, host and status are said together',
        'HTTPRequestRedirectFilter',
        { port: 8083, hostname: 'example.org', statusCode: 301 },
        '/from',
        'http://example.org:8083/from',
        301,
      ),
      leads(
        'the port of the request is kept where neither a port nor a scheme is said',
        'HTTPRequestRedirectFilter.port',
        { hostname: 'example.org' },
        '/from',
        'http://example.org:8080/from',
        302,
        { port: 8080 },
      ),
      leads(
        'a port that is said is that of the address, whatever that of the request',
        'HTTPRequestRedirectFilter.port',
        { port: 80, hostname: 'example.org' },
        '/from',
        'http://example.org/from',
        302,
        { port: 8080 },
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
        'a prefix that is replaced by "/" leaves what follows',
        'HTTPPathModifier.replacePrefixMatch',
        prefix('/'),
        '/from/lemon/?x=1',
        'http://{host}/lemon/?x=1',
      ),
      leads(
        'a prefix that is replaced by "/" alone is "/"',
        'HTTPPathModifier.replacePrefixMatch',
        prefix('/'),
        '/from?x=1',
        'http://{host}/?x=1',
      ),
      leads(
        'the whole path and the host are replaced together',
        'HTTPRequestRedirectFilter',
        { hostname: 'example.org', ...full('/to') },
        '/from/lemon',
        'http://example.org/to',
      ),
      leads(
        'a prefix and the status are said together',
        'HTTPRequestRedirectFilter',
        { statusCode: 301, ...prefix('/to') },
        '/from/lemon',
        'http://{host}/to/lemon',
        301,
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
