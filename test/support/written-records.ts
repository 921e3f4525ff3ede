/** Records as operators write them, which between them say every field there is. */
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { FIELDS } from '../../src/record/fields.ts'
import { type Part, samplesOf } from './samples.ts'

const pin = { binding: 'USER_STORE', worker: 'store', version: 'v-7', weight: 3, locality: 'weur' }
const aws = { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' }
const google = { type: 'google-id-token', audience: 'https://users-abc.a.run.app', secret: 'GCP_SERVICE_ACCOUNT' }

const places = [
  'https://users-eu.example.com',
  'http://[::1]:8080/v1/',
  { url: 'https://users-us.example.com/v1', weight: 3, locality: 'enam' },
  { url: 'https://users-abc.a.run.app', credentials: google },
  { url: 'https://xyz.lambda-url.eu-west-1.on.aws', credentials: aws, locality: 'AMS' },
  { url: 'http://127.0.0.1:9000', credentials: { type: 'bearer', secret: 'TOKEN' } },
  { url: 'https://fn.azurewebsites.net', credentials: { type: 'header', header: 'X-Functions-Key', secret: 'AZURE' } },
  { binding: 'USERS' },
  pin,
  { dispatch: { binding: 'DISPATCH', script: 'users', limits: { cpuMs: 10, subRequests: 5 } }, weight: 0 },
  { object: { binding: 'ROOMS', key: 'header:x-room' }, weight: 2, locality: 'EU' },
  { object: { binding: 'ROOMS', key: 'path:1' } },
  { lambda: { function: 'arn:aws:lambda:eu-west-1:1:function:users:live', region: 'eu-west-1', secret: 'AWS' } },
  {
    lambda: {
      function: 'users',
      region: 'us-east-1',
      secret: 'AWS',
      qualifier: '$LATEST',
      invocation: 'stream',
      endpointUrl: 'http://127.0.0.1:3002',
    },
    weight: 1,
    locality: 'NA',
  },
  { queue: { binding: 'JOBS' }, weight: 1, locality: 'apac-ne' },
  { queue: { binding: 'KEPT', keep: ['authorization'] } },
  { topic: { binding: 'EVENTS' } },
  {
    queue: {
      binding: 'TO_RESIZE',
      deliverTo: 'resizer',
      delay: '5s',
      delivery: {
        attempts: 5,
        backoff: '10s',
        maxBackoff: '5m',
        expire: '24h',
        timeout: '1m',
        deadLetter: 'TO_RESIZE_DLQ',
        deduplicate: '24h',
      },
    },
  },
]

const policy = {
  timeouts: { request: '10s', backendRequest: '2s', bodyIdle: '10s' },
  retry: { codes: [502, 503, 504], attempts: 2, backoff: '25ms' },
  retryConstraint: { budget: { percent: 12.5, interval: '10s' }, whenEmpty: 'stop' },
  hedge: { delay: 'p95', maxExtraLoad: 5 },
  loadBalancer: { ringHash: { header: 'x-user' } },
  outlierDetection: { consecutive: 3, baseEjection: '5s', maxEjection: '300s', maxEjectionPercent: 50 },
  limits: { maxInFlight: 64 },
  access: {
    default: 'deny',
    mode: 'audit',
    rules: [
      {
        name: 'readers',
        effect: 'allow',
        callers: ['checkout', '*.shop', '*'],
        claims: { scope: ['orders:read'] },
        methods: ['GET'],
        paths: ['/v1/'],
      },
      { name: 'no admin', effect: 'deny', paths: [{ type: 'Exact', value: '/v1/admin' }] },
    ],
  },
}

const filters = [
  {
    type: 'RequestHeaderModifier',
    requestHeaderModifier: { set: [{ name: 'a', value: '1' }], add: [{ name: 'b', value: '2' }], remove: ['c'] },
  },
  {
    type: 'ResponseHeaderModifier',
    responseHeaderModifier: { set: [{ name: 'a', value: '1' }], add: [{ name: 'b', value: '2' }], remove: ['server'] },
  },
  {
    type: 'URLRewrite',
    urlRewrite: { hostname: 'users.example.com', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
  },
  {
    type: 'RequestMirror',
    requestMirror: {
      backendRef: { group: '', kind: 'Service', name: 'shadow', namespace: 'shop', port: 80 },
      percent: 10,
    },
  },
  {
    type: 'RequestMirror',
    requestMirror: { backendRef: { name: 'shadow' }, fraction: { numerator: 1, denominator: 1000 } },
  },
  {
    type: 'CORS',
    cors: {
      allowOrigins: ['https://*.example.com', 'http://localhost:3000'],
      allowMethods: ['*'],
      allowHeaders: ['x-a'],
      exposeHeaders: ['x-b', '*'],
      allowCredentials: true,
      maxAge: 60,
    },
  },
]

const rule = {
  name: 'everything',
  matches: [
    {
      path: { type: 'PathPrefix', value: '/api' },
      headers: [
        { type: 'Exact', name: 'X-Env', value: 'canary' },
        { type: 'RegularExpression', name: 'x-version', value: 'v[12]' },
      ],
      queryParams: [
        { name: 'debug', value: '1' },
        { type: 'RegularExpression', name: 'page', value: '\\d+' },
      ],
      method: 'GET',
    },
  ],
  filters,
  backendRefs: [
    { group: '', kind: 'Service', name: 'users-v1', namespace: 'shop', port: 8080, weight: 90 },
    {
      name: 'users@pr-7',
      weight: 10,
      filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } }],
    },
  ],
  timeouts: { request: '2s', backendRequest: '1s' },
  retry: { codes: [503], attempts: 1, backoff: '10ms' },
  sessionPersistence: {
    type: 'Cookie',
    absoluteTimeout: '1h',
    cookie: { name: 's', path: '/', lifetimeType: 'Permanent' },
  },
}

const redirect = {
  matches: [{ path: { type: 'RegularExpression', value: '/old/[0-9]+' } }, { path: { type: 'Exact', value: '/x' } }],
  filters: [
    {
      type: 'RequestRedirect',
      requestRedirect: {
        scheme: 'https',
        hostname: 'www.example.com',
        path: { type: 'ReplaceFullPath', replaceFullPath: '/new' },
        port: 8443,
        statusCode: 308,
      },
    },
  ],
}

/** For each field of the list what editors are told of it: so that one that is new is written here, too. */
function told(): Record<string, unknown>[] {
  const { properties, definitions } = recordJsonSchema() as Record<string, Readonly<Record<string, Part>>>
  return FIELDS.flatMap(({ name }) =>
    samplesOf(properties?.[name] as Part, definitions ?? {}).map((sample) => ({
      endpoints: ['https://a.example'],
      [name]: sample,
    })),
  )
}

export const WRITTEN_RECORDS: readonly Readonly<Record<string, unknown>>[] = [
  { $schema: './service-record.schema.json', endpoints: places, ...policy },
  { endpoints: ['https://a.example'], retryConstraint: 'off', loadBalancer: 'round-robin', hedge: { delay: '50ms' } },
  { endpoints: ['https://a.example'], loadBalancer: 'least-request', timeouts: { request: '0s' }, hedge: {} },
  { alias: 'users-v2', $schema: 'x' },
  { alias: ['users-eu', 'users.shop@pr-7'] },
  { rules: [rule, redirect], endpoints: ['https://a.example'] },
  {
    rules: [
      {
        filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } }],
      },
      {
        matches: [{ path: { value: '/old' } }],
        filters: [
          {
            type: 'RequestRedirect',
            requestRedirect: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
          },
        ],
      },
    ],
  },
  { rules: [{ sessionPersistence: { type: 'Header', header: { name: 'x-session' } } }, { matches: [], filters: [] }] },
  ...told(),
]
