/**
 * What an editor tells of each field while a record is written. No Worker carries it: what stands in the folder of a target is
 * read from there.
 */
import type { WordsByPath } from '../../src/schema/words.ts'
import { wordsBeneath } from './words-beneath.ts'

const DURATION = 'A duration of the Gateway API: 250ms, 2s, 1m30s.'
const REGEX = 'A regular expression (RE2, without what needs memory; 10,000 steps in a record) matches the whole text.'
const HEADERS = 'Up to 16. A name stands once in set, add and remove together, whatever its case.'
const VALUE_TYPES = ['This very value.', REGEX]

export const WORDS: WordsByPath = {
  ...(await wordsBeneath('src/targets')),
  $schema: { description: 'The address of this schema, for editors. The mesh does not read it.' },

  // Names for names.
  alias: {
    description:
      'Other names, of which the first that has a usable endpoint stands for this one, with its rules and its policy. Then nothing else may stand here.',
    examples: ['users-v2', ['users-eu', 'users-us']],
  },
  'alias{string}': { description: 'One other name.' },
  'alias{array}': {
    description: 'Several, up to 16, of which the first that has a usable endpoint is meant: failover.',
  },
  'alias[]': { description: 'A service name, with "@" and a tag if it has one.' },

  // Who goes where.
  rules: {
    description:
      'Who goes where: up to 64 HTTPRouteRules of the Gateway API, word for word. Left out, everything goes to the endpoints.',
  },
  'rules[]': { description: 'A rule. Of all matches that hold the most specific decides; then the earlier rule.' },
  'rules[].name': { description: 'Told on the receipt and in errors. Once in a record.' },
  matches: { description: 'Up to 64, of which one is enough. Left out, every request matches.' },
  'matches[]': { description: 'Conditions, all of which must hold.' },
  'matches[].path': { description: 'What the path must be. Left out, any.' },
  'path.type': {
    description: 'How value is compared with the path, without the query.',
    default: 'PathPrefix',
    enumDescriptions: ['This very path.', 'Whole segments from the start: /a matches /a and /a/b, not /ab.', REGEX],
  },
  'path.value': {
    description: 'A path, or a regular expression where type says so.',
    default: '/',
    examples: ['/', '/api'],
  },
  'matches[].headers': { description: 'Up to 16, each name once. Names are compared whatever their case.' },
  'matches[].headers[]': { description: 'A header and its value.' },
  'headers[].type': { description: 'How the value is compared.', default: 'Exact', enumDescriptions: VALUE_TYPES },
  'headers[].name': { description: 'The name of a header, whatever its case.', examples: ['x-version'] },
  'headers[].value': { description: 'Its value, or a regular expression where type says so.' },
  queryParams: { description: 'Up to 16, each name once.' },
  'queryParams[]': { description: 'A query parameter and its first value.' },
  'queryParams[].type': { description: 'How the value is compared.', default: 'Exact', enumDescriptions: VALUE_TYPES },
  'queryParams[].name': { description: 'Its name, whose case counts.' },
  'queryParams[].value': { description: 'Its value, or a regular expression where type says so.' },
  'matches[].method': { description: 'The method. Left out, any.' },
  backendRefs: {
    description:
      "Up to 16 services that share the requests by weight, with their own endpoints and policy; their rules do not count. Left out, the record's own endpoints.",
    examples: [
      [
        { name: 'users-v1', weight: 95 },
        { name: 'users-v2', weight: 5 },
      ],
    ],
  },
  'backendRefs[]': { description: 'A service that takes a share of the requests.' },
  'backendRefs[].weight': {
    description: 'Its share is this over the sum of all: 0 to 1,000,000. 0 takes nothing.',
    default: 1,
  },
  'backendRefs[].filters': { description: 'Up to 16, run where this backend is chosen, after those of the rule.' },
  group: { description: 'The core group, which needs no saying.', default: '' },
  kind: { description: 'A Service, which needs no saying.', default: 'Service' },
  'backendRefs[].name': { description: 'A name of the registry.', examples: ['users-v2', 'users@pr-123'] },
  'backendRef.name': { description: 'A name of the registry.' },
  namespace: { description: 'shop makes users the name users.shop.', default: 'default' },
  'backendRefs[].port': {
    description: "1 to 65,535. Read, and of no effect: a name has no port, an endpoint's URL has one.",
  },
  'backendRef.port': {
    description: "1 to 65,535. Read, and of no effect: a name has no port, an endpoint's URL has one.",
  },
  filters: {
    description:
      'Up to 16, in the order written: what is done to the request and its answer. Each type once, but for RequestMirror.',
  },
  'filters[]': { description: 'One filter: its type, and the field of that type.' },
  'filters[]{RequestHeaderModifier}': { description: 'Changes headers of the request.' },
  'filters[]{ResponseHeaderModifier}': { description: 'Changes headers of the answer.' },
  'filters[]{RequestRedirect}': { description: 'Answers with another address. No backendRefs beside it.' },
  'filters[]{URLRewrite}': { description: 'Changes host or path on the way to the backend.' },
  'filters[]{RequestMirror}': { description: 'Sends a copy elsewhere, whose answer nobody waits for.' },
  'filters[]{CORS}': { description: 'Lets pages of other origins call; answers preflights.' },
  'filters[].type': { description: 'Which filter. The field of the same name is needed, and no other.' },
  requestHeaderModifier: { description: 'What is done to the headers of the request.' },
  responseHeaderModifier: { description: 'What is done to the headers of the answer.' },
  'HeaderModifier.set': { description: `Headers that replace what is there. ${HEADERS}` },
  'HeaderModifier.add': { description: `Headers appended to what is there, with a comma. ${HEADERS}` },
  'HeaderModifier.remove': { description: `Headers that are taken away. ${HEADERS}` },
  'HeaderModifier.set[]': { description: 'A header and its value.' },
  'HeaderModifier.add[]': { description: 'A header and its value.' },
  'HeaderModifier.remove[]': { description: 'The name of a header.' },
  'set[].name': { description: "A header, but for Host (URLRewrite's), the connection's and the mesh's own." },
  'add[].name': { description: "A header, but for Host (URLRewrite's), the connection's and the mesh's own." },
  'set[].value': { description: 'Its value.' },
  'add[].value': { description: 'What is appended.' },
  requestRedirect: { description: 'The address that the caller is told. What is left out stays as it was.' },
  'requestRedirect.scheme': { description: 'The scheme.', enumDescriptions: ['Not encrypted.', 'Encrypted.'] },
  'requestRedirect.hostname': { description: 'The host.', examples: ['www.example.com'] },
  'requestRedirect.path': { description: 'The path.' },
  'requestRedirect.port': { description: 'The port: 1 to 65,535. Left out, that of the scheme, if one is written.' },
  'requestRedirect.statusCode': {
    description: 'How it is said.',
    default: 302,
    enumDescriptions: [
      'For good.',
      'For now.',
      'By a GET.',
      'For now, with the same method.',
      'For good, with the same method.',
    ],
  },
  'path{ReplaceFullPath}': { description: 'The whole path is another.' },
  'path{ReplacePrefixMatch}': {
    description: "The prefix that matched is another: needs the rule's one match to be of a PathPrefix.",
  },
  'urlRewrite.path.type': { description: 'What of the path is replaced.' },
  'requestRedirect.path.type': { description: 'What of the path is replaced.' },
  replaceFullPath: { description: 'The path that stands for the whole one.', examples: ['/'] },
  replacePrefixMatch: {
    description: 'What stands for the prefix that matched; the rest is kept.',
    examples: ['/', '/v2'],
  },
  urlRewrite: { description: 'What the backend sees.' },
  'urlRewrite.hostname': { description: 'The host that the backend sees.' },
  'urlRewrite.path': { description: 'The path that the backend sees.' },
  requestMirror: { description: 'Where copies go, and how many.' },
  'requestMirror.backendRef': { description: 'The service that gets the copies.' },
  'requestMirror.percent': { description: 'Of a hundred requests so many are copied: 0 to 100.', default: 100 },
  'requestMirror.fraction': { description: 'The same more exactly. Not beside percent.' },
  'fraction.numerator': { description: 'So many: 0 to 2,147,483,647.' },
  'fraction.denominator': { description: 'Of so many: 1 to 2,147,483,647.', default: 100 },
  cors: { description: 'What pages of other origins may do.' },
  allowOrigins: {
    description: 'Up to 64 origins; "*." in front of a host stands for any labels, "*" alone for all origins.',
    examples: [['https://app.example.com'], ['https://*.example.com'], ['*']],
  },
  'allowOrigins[]': { description: 'http:// or https://, a host, and a port if there is one.' },
  allowCredentials: { description: 'May cookies and authorization be sent?', default: false },
  allowMethods: { description: 'Up to 9 methods beside GET, HEAD and POST; "*" alone for all.' },
  'allowMethods[]': { description: 'A method.' },
  allowHeaders: { description: 'Up to 64 request headers; "*" alone for all.' },
  'allowHeaders[]': { description: 'The name of a header.' },
  exposeHeaders: { description: 'Up to 64 headers of the answer that a page may read.' },
  'exposeHeaders[]': { description: 'The name of a header.' },
  maxAge: {
    description: 'Seconds for which a browser remembers the answer to a preflight: 1 to 2,147,483,647.',
    default: 5,
  },
  'rules[].timeouts': { description: 'Timeouts of this rule, over those of the service that it leads to.' },
  'rules[].timeouts.request': {
    description: `The whole call: all attempts and the waits between them. "0s" switches it off. ${DURATION}`,
  },
  'rules[].timeouts.backendRequest': {
    description: `One attempt, until its response headers. "0s" switches it off. ${DURATION}`,
  },
  'rules[].retry': { description: 'Retries of this rule, over those of the service that it leads to.' },
  'rules[].retry.codes': { description: 'Answers that are tried again: 400 to 599, each once.' },
  'rules[].retry.attempts': { description: 'Retries, not tries: 0 to 10. 0 means none.' },
  'rules[].retry.backoff': { description: `The least wait before a retry; the longest is ten times that. ${DURATION}` },
  sessionPersistence: { description: 'A caller keeps its endpoint, whatever the weights say.' },
  'sessionPersistence{Cookie}': { description: 'By a cookie.' },
  'sessionPersistence{Header}': { description: 'By a header, which the caller sends back.' },
  'sessionPersistence.type': { description: 'How the caller says who it is.', default: 'Cookie' },
  absoluteTimeout: { description: `The session ends so long after it began. Left out, it does not. ${DURATION}` },
  cookie: { description: 'The cookie; {} is enough.' },
  'cookie.name': { description: "Its name. Left out, one of the rule's own." },
  'cookie.path': { description: 'Its path.', default: '/' },
  'cookie.lifetimeType': {
    description: 'How long a browser keeps it.',
    default: 'Session',
    enumDescriptions: ['Until it is closed.', 'For absoluteTimeout, which is needed then.'],
  },
  'sessionPersistence.header': { description: 'The header.' },
  'header.name': { description: 'Its name.', examples: ['x-session'] },

  // What may go wrong.
  timeouts: { description: 'How long a call may take.' },
  'timeouts.request': {
    description: `The whole call until its response headers: all attempts and the waits between them. "0s" switches it off. ${DURATION}`,
    default: '15s',
    examples: ['2s', '10s'],
  },
  'timeouts.backendRequest': {
    description: `One attempt until its response headers, no longer than request. "0s" switches it off. Without it an endpoint that hangs is no fault of its own. ${DURATION}`,
    default: '0s',
    examples: ['250ms', '2s'],
  },
  'timeouts.bodyIdle': {
    description: `How long a caller may send nothing of its body, which is then answered 408. "0s" switches it off. Streams of gRPC and Connect may be silent. ${DURATION}`,
    default: '10s',
    examples: ['5s', '30s'],
  },
  retry: { description: 'What is tried again. Only idempotent requests are, or those with an idempotency-key.' },
  'retry.codes': { description: 'Answers that are tried again: 400 to 599, each once.', default: [502, 503, 504] },
  'codes[]': { description: 'A status, 400 to 599.' },
  'retry.attempts': { description: 'Retries, not tries: 0 to 10. 0 means none.', default: 2 },
  'retry.backoff': {
    description: `The least wait before a retry; the longest is ten times that. ${DURATION}`,
    default: '25ms',
  },
  retryConstraint: { description: 'What retries may cost, over all calls of an isolate.' },
  'retryConstraint{off}': { description: 'No budget: the allowance of each call alone bounds retries.' },
  'retryConstraint{budget}': { description: 'A budget.' },
  'retryConstraint.budget': { description: 'Retries as a share of what succeeds.' },
  'budget.percent': { description: 'Retries as a percentage of the successes of the interval: 0 to 100.', default: 20 },
  'budget.interval': { description: `For how long a success pays: 1s to 1h. ${DURATION}`, default: '10s' },
  'retryConstraint.whenEmpty': {
    description: 'Where the budget refuses a retry:',
    default: 'allow-upstream',
    enumDescriptions: ['the hops above may make one.', 'the hops above are told not to.'],
  },
  outlierDetection: {
    description:
      'When an endpoint that keeps failing is left alone. It is probed with one request when its time is up. Failover of an alias goes by it, too.',
  },
  'outlierDetection.consecutive': { description: 'Faults in a row that eject an endpoint: 1 to 1000.', default: 3 },
  'outlierDetection.baseEjection': {
    description: `How long it stays out the first time, 100ms to 1h; about twice as long each time in a row. ${DURATION}`,
    default: '5s',
  },
  'outlierDetection.maxEjection': {
    description: `How long it stays out at most: 100ms to 1h, no shorter than baseEjection. ${DURATION}`,
    default: '300s',
  },
  'outlierDetection.maxEjectionPercent': {
    description: 'Share of the endpoints that may be out at once, rounded down: 0 to 100. 0 switches ejection off.',
    default: 50,
  },
  loadBalancer: { description: 'By what an endpoint is chosen.', default: 'peak-ewma' },
  'loadBalancer{undefined}': {
    description: 'An algorithm that needs to be told nothing.',
    enumDescriptions: [
      'Of two at random, the one whose answers are quicker and whose queue is shorter.',
      'Of two at random, the one with fewer requests in flight.',
      'One after the other.',
    ],
  },
  'loadBalancer{ringHash}': { description: 'The same endpoint for the same value of a header.' },
  ringHash: { description: 'By what requests belong together.' },
  'ringHash.header': { description: 'A header. Requests without it go anywhere.', examples: ['x-user'] },
  hedge: { description: 'Sends a slow call a second time, elsewhere; the first answer counts. {} is enough.' },
  'hedge.delay': { description: 'How long the first attempt is waited for.', default: 'p95' },
  'delay{p95}': { description: 'What 95 of 100 first attempts took lately.' },
  'delay{string}': { description: `1ms to 1h. ${DURATION}` },
  'hedge.maxExtraLoad': {
    description: 'Hedges as a percentage of the calls: 0 to 100. 0 switches it off.',
    default: 5,
  },
  limits: { description: 'How much may be under way at once.' },
  'limits.maxInFlight': {
    description: 'Requests in flight to one endpoint, from one isolate: 1 to 10,000. Beyond it calls are refused.',
    default: 64,
  },
}
