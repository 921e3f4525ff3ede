/** What browsers of other origins may do. */
import type { Feature, Requirement, Step } from '../requirement.ts'

const rule = (cors: object) => ({
  filters: [{ type: 'CORS', cors }],
  backendRefs: [{ name: 'v1', port: 8080 }],
})

const preflight = (origin: string, method: string, headers?: string): Pick<Step, 'method' | 'headers'> => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    ...(headers ? { 'access-control-request-headers': headers } : {}),
  },
})

const FULL = {
  allowOrigins: ['https://www.foo.com', 'https://*.bar.com'],
  allowMethods: ['GET', 'OPTIONS'],
  allowHeaders: ['x-header-1', 'x-header-2'],
  exposeHeaders: ['x-header-3', 'x-header-4'],
  allowCredentials: true,
  maxAge: 3600,
}

/** A preflight of an allowed origin, and what it must be told. */
const allows = (
  says: string,
  cors: object,
  request: Pick<Step, 'method' | 'headers'>,
  headers: Record<string, string | readonly string[]>,
  absent: readonly string[] = [],
): Requirement => ({
  says,
  source: 'HTTPCORSFilter',
  rules: [rule(cors)],
  steps: [{ ...request, expect: { status: [200, 204], nobody: true, answer: { headers, absent } } }],
})

export const cors: readonly Feature[] = [
  {
    name: 'HTTPRouteCORS',
    level: 'Extended',
    requirements: [
      allows(
        'a preflight of an origin that is listed is answered with all that is allowed, and reaches nobody',
        FULL,
        preflight('https://www.foo.com', 'GET', 'x-header-1, x-header-2'),
        {
          'access-control-allow-origin': 'https://www.foo.com',
          'access-control-allow-methods': ['GET,OPTIONS', 'OPTIONS,GET'],
          'access-control-allow-headers': ['x-header-1,x-header-2', 'x-header-2,x-header-1'],
          'access-control-expose-headers': ['x-header-3,x-header-4', 'x-header-4,x-header-3'],
          'access-control-allow-credentials': 'true',
          'access-control-max-age': '3600',
        },
      ),
      ...['https://www.bar.com', 'https://xpto.www.bar.com'].map((origin) =>
        allows(`a wildcard stands for any number of labels: ${origin}`, FULL, preflight(origin, 'GET'), {
          'access-control-allow-origin': origin,
        }),
      ),
      {
        says: 'a preflight of another origin is told nothing, and reaches nobody',
        source: 'HTTPCORSFilter.allowOrigins',
        rules: [rule(FULL)],
        steps: ['https://foobar.com', 'https://bar.com', 'http://www.foo.com', 'https://www.foo.com:8443'].map(
          (origin) => ({
            ...preflight(origin, 'GET'),
            expect: { status: [200, 204, 403], nobody: true, answer: { absent: ['access-control-allow-origin'] } },
          }),
        ),
      },
      {
        says: 'an actual request of an origin that is listed is answered by the backend, with the headers',
        source: 'HTTPCORSFilter',
        rules: [rule(FULL)],
        steps: ['https://www.foo.com', 'https://www.bar.com'].map((origin) => ({
          headers: { origin },
          expect: {
            backend: 'v1',
            answer: {
              headers: {
                'access-control-allow-origin': origin,
                'access-control-allow-credentials': 'true',
                'access-control-expose-headers': ['x-header-3,x-header-4', 'x-header-4,x-header-3'],
              },
            },
          },
        })),
      },
      {
        says: 'an actual request of another origin is answered without them',
        source: 'HTTPCORSFilter.allowOrigins',
        rules: [rule(FULL)],
        steps: [
          {
            headers: { origin: 'https://foobar.com' },
            expect: { status: [200, 403], answer: { absent: ['access-control-allow-origin'] } },
          },
        ],
      },
      allows(
        'any method is allowed by "*", and credentials are not spoken of where they are not allowed',
        { allowOrigins: ['https://www.foo.com'], allowMethods: ['*'] },
        preflight('https://www.foo.com', 'POST'),
        { 'access-control-allow-origin': 'https://www.foo.com', 'access-control-allow-methods': ['POST', '*'] },
        ['access-control-allow-credentials'],
      ),
      allows(
        'any origin is allowed by "*", with a port, too',
        { allowOrigins: ['*'], allowMethods: ['PUT'], allowCredentials: false },
        preflight('https://foobar.com:12345', 'PUT'),
        { 'access-control-allow-origin': ['https://foobar.com:12345', '*'], 'access-control-allow-methods': 'PUT' },
        ['access-control-allow-credentials'],
      ),
      allows(
        'with credentials "*" is never said: origin, method and headers are echoed',
        { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true },
        preflight('https://other.foo.com', 'PUT', 'x-header-1, x-header-2'),
        {
          'access-control-allow-origin': 'https://other.foo.com',
          'access-control-allow-methods': 'PUT',
          'access-control-allow-headers': 'x-header-1,x-header-2',
          'access-control-allow-credentials': 'true',
        },
      ),
      allows(
        'with credentials and "*", headers that were not asked for are not spoken of',
        { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true },
        preflight('https://other.foo.com', 'PUT'),
        { 'access-control-allow-origin': 'https://other.foo.com' },
        ['access-control-allow-headers'],
      ),
      {
        says: 'with credentials "*" is never said of headers to expose, wherever it stands: those of the answer are listed',
        source: 'HTTPCORSFilter.exposeHeaders',
        rules: [rule({ allowOrigins: ['*'], exposeHeaders: ['x-one', '*', 'x-two'], allowCredentials: true })],
        steps: [
          {
            ...preflight('https://www.foo.com', 'GET'),
            expect: {
              status: [200, 204],
              nobody: true,
              answer: { headers: { 'access-control-expose-headers': 'x-one,x-two' } },
            },
          },
          {
            headers: { origin: 'https://www.foo.com', 'x-answer': '{"x-three":"3"}' },
            expect: { backend: 'v1', answer: { exposes: ['x-one', 'x-three', 'x-two'] } },
          },
        ],
      },
      allows(
        'without credentials "*" may be said of methods and headers, or what was asked for',
        { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: false },
        preflight('https://other.foo.com', 'PUT', 'x-header-1, x-header-2'),
        {
          'access-control-allow-origin': ['https://other.foo.com', '*'],
          'access-control-allow-methods': ['PUT', '*'],
          'access-control-allow-headers': ['x-header-1,x-header-2', '*'],
        },
        ['access-control-allow-credentials'],
      ),
      allows(
        'methods and headers that are listed are said as listed, whatever is asked for',
        FULL,
        preflight('https://www.foo.com', 'DELETE', 'x-other'),
        {
          'access-control-allow-origin': 'https://www.foo.com',
          'access-control-allow-methods': ['GET,OPTIONS', 'OPTIONS,GET'],
          'access-control-allow-headers': ['x-header-1,x-header-2', 'x-header-2,x-header-1'],
        },
      ),
      ...[
        ['https://*.bar.com:8443', 'https://www.bar.com:8443'],
        ['https://www.foo.com:443', 'https://www.foo.com'],
        ['http://www.foo.com', 'http://www.foo.com:80'],
        ['https://*', 'https://any.where.example'],
      ].map(([allowed, origin]) =>
        allows(`${allowed} allows ${origin}`, { allowOrigins: [allowed] }, preflight(origin as string, 'GET'), {
          'access-control-allow-origin': origin as string,
        }),
      ),
      {
        says: 'an actual request is told of its origin and of credentials where "*" and credentials are allowed',
        source: 'HTTPCORSFilter.allowCredentials',
        rules: [rule({ allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true })],
        steps: [
          {
            headers: { origin: 'https://other.foo.com' },
            expect: {
              backend: 'v1',
              answer: {
                headers: {
                  'access-control-allow-origin': 'https://other.foo.com',
                  'access-control-allow-credentials': 'true',
                },
              },
            },
          },
        ],
      },
      {
        says: 'an actual request of any origin, with a port or without, is told of "*" or of its origin alone',
        source: 'HTTPCORSFilter.allowOrigins',
        rules: [rule({ allowOrigins: ['*'], allowMethods: ['PUT'], allowCredentials: false })],
        steps: ['https://foobar.com:12345', 'https://foobar.com'].map((origin) => ({
          method: 'PUT',
          body: 'x',
          headers: { origin },
          expect: {
            backend: 'v1' as const,
            answer: {
              headers: { 'access-control-allow-origin': [origin, '*'] },
              absent: ['access-control-allow-credentials'],
            },
          },
        })),
      },
      {
        says: 'OPTIONS without Access-Control-Request-Method, or without Origin, is no preflight: the backend answers',
        source: 'HTTPCORSFilter, Fetch',
        rules: [rule(FULL)],
        steps: [
          { method: 'OPTIONS', headers: { origin: 'https://www.foo.com' }, expect: { backend: 'v1' } },
          { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' }, expect: { backend: 'v1' } },
        ],
      },
      {
        says: 'what the backend says of other origins is replaced, not added to',
        source: 'GEP-1767',
        rules: [rule({ allowOrigins: ['https://www.foo.com'] })],
        steps: [
          ['https://www.foo.com', { headers: { 'access-control-allow-origin': 'https://www.foo.com' } }] as const,
          ['https://own.example', { absent: ['access-control-allow-origin'] }] as const,
        ].map(([origin, answer]) => ({
          headers: {
            origin,
            'x-answer': JSON.stringify({
              'access-control-allow-origin': 'https://own.example',
              'access-control-allow-credentials': 'true',
            }),
          },
          expect: { backend: 'v1', answer: { absent: ['access-control-allow-credentials'], ...answer } },
        })),
      },
      allows(
        'a preflight may be remembered for five seconds where nothing is said',
        { allowOrigins: ['https://www.foo.com'] },
        preflight('https://www.foo.com', 'GET'),
        { 'access-control-max-age': '5' },
      ),
      {
        says: '"*" stands alone among origins, methods and headers',
        source: 'HTTPCORSFilter, validation',
        rules: [rule({ allowOrigins: ['*', 'https://www.foo.com'] })],
        refused: '$.rules[0].filters[0].cors.allowOrigins',
      },
    ],
  },
]
