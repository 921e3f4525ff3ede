/** A request as a function expects it: API Gateway's payload format 2.0, which function URLs use too. */
import { cookiesOf } from '../../core/text/cookies.ts'
import { writtenContent } from '../content.ts'
import type { Sent } from '../sent.ts'
import { isAmazons } from './amazons.ts'

/** As much of the format as says something of the request. */
export interface LambdaEvent {
  readonly version: '2.0'
  readonly routeKey: '$default'
  readonly rawPath: string
  readonly rawQueryString: string
  readonly cookies?: readonly string[]
  /** Names in lower case; several values of one are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly queryStringParameters?: Readonly<Record<string, string>>
  readonly requestContext: object
  readonly body?: string
  readonly isBase64Encoded: boolean
}

export function lambdaEvent(request: Request, sent: Sent, bytes: Uint8Array): LambdaEvent {
  const { name, path, outgoing, clock, random } = sent
  const query = path.indexOf('?')
  const rawPath = query === -1 ? path : path.slice(0, query)
  const rawQueryString = query === -1 ? '' : path.slice(query + 1)
  const cookie = outgoing.get('cookie')
  const { text, isBase64 } = writtenContent(bytes, outgoing)
  const now = new Date(clock.now())
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === null ? {} : { cookies: cookiesOf(cookie) }),
    headers: headersOf(outgoing, name),
    ...(rawQueryString === '' ? {} : { queryStringParameters: parametersOf(rawQueryString) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'selvedge',
      domainName: name,
      domainPrefix: name.split('.')[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: outgoing.get('cf-connecting-ip') ?? '',
        userAgent: outgoing.get('user-agent') ?? '',
      },
      requestId: random.hex(16),
      routeKey: '$default',
      stage: '$default',
      time: clfTime(now),
      timeEpoch: now.getTime(),
    },
    ...(bytes.length === 0 ? {} : { body: text }),
    isBase64Encoded: isBase64,
  }
}

/** The function sees the name that was called as its host. Cookies stand beside the headers. */
function headersOf(outgoing: Headers, name: string): Record<string, string> {
  const headers: Record<string, string> = {}
  outgoing.forEach((value, header) => {
    if (header !== 'cookie' && !isAmazons(header)) headers[header] = value
  })
  headers.host = name
  return headers
}

function parametersOf(query: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(query)) {
    const before = Object.hasOwn(parameters, key) ? `${parameters[key]},` : ''
    Object.defineProperty(parameters, key, { value: before + value, enumerable: true, configurable: true })
  }
  return parameters
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Common log format, as API Gateway says the time: `12/Mar/2020:19:03:58 +0000`. */
function clfTime(at: Date): string {
  const iso = at.toISOString()
  return `${iso.slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}
