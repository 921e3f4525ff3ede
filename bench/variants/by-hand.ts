/**
 * What the contract asks of the platform for one call, in the cheapest way known, and nothing else: headers read, passed on and written, the
 * deadline's timer, a caller that leaves heard of, a body watched, the answer's headers looked at. No names, no registry, no retries, no
 * balancing, no trace of its own. What it costs more than a passthrough no code that keeps the contract can save.
 */
import { watched } from './watched.ts'

/** Not written where silence says the same: a first attempt, an allowance of 0. Set it when the contract leaves them out. */
const LEAVES_OUT_DEFAULTS = false

const KEPT_BACK = new Set([
  'host',
  'expect',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export default {
  fetch(request: Request, env: { UP: Fetcher }): Promise<Response> {
    return byHand(request, request.url, env.UP, outgoing(request), fromBinding)
  },
}

/** @param answered looks at the answer: what must be asked of it differs by who gives it. */
export function byHand(
  request: Request,
  url: string,
  callee: Pick<Fetcher, 'fetch'>,
  headers: Record<string, string>,
  answered: (response: Response) => Response,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(late, 15_000, reject)
    listen(request.signal, timer)
    send(request, url, callee, headers).then(
      (response) => {
        clearTimeout(timer)
        resolve(answered(response))
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

function send(
  { method, body, headers: came }: Request,
  url: string,
  callee: Pick<Fetcher, 'fetch'>,
  headers: Record<string, string>,
): Promise<Response> {
  if (body === null) return callee.fetch(url, { method, headers, redirect: 'manual' })
  return watched(body, came.get('content-length')).then((content) =>
    callee.fetch(url, { method, headers, body: content, redirect: 'manual' }),
  )
}

/** A plain object in place of a Headers: it crosses into the platform once. */
export function outgoing(request: Request): Record<string, string> {
  const headers: Record<string, string> = {}
  request.headers.forEach((value, name) => {
    if (!KEPT_BACK.has(name) && !name.startsWith('selvedge-')) headers[name] = value
  })
  headers['selvedge-timeout-ms'] = '14995'
  if (!LEAVES_OUT_DEFAULTS) {
    headers['selvedge-retry-allowance'] = '0'
    headers['selvedge-attempt'] = '1'
  }
  headers.traceparent ??= '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  headers['cdn-loop'] = 'selvedge'
  return headers
}

/** Another Worker's answer has come over no connection: five are asked for, in place of a walk through all. */
function fromBinding(response: Response): Response {
  const { headers } = response
  headers.get('selvedge-retries-used')
  headers.get('content-type')
  const isOfConnection =
    headers.get('connection') !== null ||
    headers.get('keep-alive') !== null ||
    headers.get('transfer-encoding') !== null
  return isOfConnection ? new Response(response.body, response) : response
}

function late(reject: (reason: Error) => void): void {
  reject(new Error('late'))
}

/**
 * Outside of the call, so that its closure holds a timer and no more: a signal and what listens to it are a circle through the platform,
 * which only a full collection takes apart.
 */
function listen(signal: AbortSignal, timer: ReturnType<typeof setTimeout>): void {
  signal.addEventListener('abort', () => clearTimeout(timer))
}
