/** AWS Lambda on loopback: every signature is checked with AWS's own signer, and AWS's own client can call it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

export const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
export const REGION = 'eu-west-1'

/** What the Invoke API was asked. */
export interface Invocation {
  readonly function: string
  readonly qualifier: string | null
  readonly type: string | undefined
  readonly event: unknown
}

/** What a function does: gives back a result, or throws. */
export type Fake = (event: never) => unknown
/** What one that streams does: gives its content piece by piece, the prelude among it. */
export type StreamingFake = (event: never) => AsyncIterable<Uint8Array | string>

export interface LambdaFake {
  readonly url: string
  readonly invocations: readonly Invocation[]
  /** Requests that were refused, by the word that they were refused with. */
  readonly refusals: readonly string[]
  functions: Record<string, Fake>
  streaming: Record<string, StreamingFake>
  /** Answers in place of the API, where it is set. */
  override: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  /** What time it is there. */
  now: () => number
  close(): Promise<void>
}

/** @param port where it listens on loopback; 0 takes any that is free. */
export async function startLambda(port = 0): Promise<LambdaFake> {
  const invocations: Invocation[] = []
  const refusals: string[] = []
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const fake: LambdaFake = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invocations,
    refusals,
    functions: {},
    streaming: {},
    override: undefined,
    now: Date.now,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fake.override) return fake.override(request, response)
    const url = new URL(request.url ?? '/', fake.url)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    response.setHeader('date', new Date(fake.now()).toUTCString())
    const refuse = (status: number, type: string) => {
      refusals.push(type)
      response.writeHead(status, { 'x-amzn-errortype': type, 'content-type': 'application/json' })
      response.end(JSON.stringify({ Message: type }))
    }
    const wrong = await wrongWith(request, url, body, fake.now())
    if (wrong) return refuse(403, wrong)

    const [, version, name = ''] =
      /^\/(2015-03-31|2021-11-15)\/functions\/([^/]+)\/(?:response-streaming-)?invocations$/.exec(url.pathname) ?? []
    const called = decodeURIComponent(name)
    const type = request.headers['x-amz-invocation-type'] as string | undefined
    const event = version === undefined ? undefined : JSON.parse(body.toString())
    invocations.push({ function: called, qualifier: url.searchParams.get('Qualifier'), type, event })
    if (version === undefined) return void response.writeHead(200, { 'x-function-url': 'yes' }).end(body)

    const plain = called.split(':').find((part) => part in fake.functions || part in fake.streaming)
    if (plain === undefined) return refuse(404, 'ResourceNotFoundException')
    if (version === '2021-11-15') return stream(response, fake.streaming[plain] as StreamingFake, event)
    if (type === 'Event') return void response.writeHead(202).end()
    try {
      const result = await fake.functions[plain]?.(event as never)
      response.writeHead(200, { 'x-amz-executed-version': '$LATEST' })
      response.end(typeof result === 'function' ? result() : (JSON.stringify(result) ?? 'null'))
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' })
      response.end(JSON.stringify({ errorType, errorMessage, trace: [] }))
    }
  }
  return fake
}

async function stream(response: ServerResponse, handler: StreamingFake, event: unknown): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  let failure = {}
  try {
    for await (const chunk of handler(event as never)) {
      if (!response.write(frame('PayloadChunk', Buffer.from(chunk as string)))) await once(response, 'drain')
    }
  } catch (error) {
    failure = { ErrorCode: 'Unhandled', ErrorDetails: (error as Error).message }
  }
  response.end(frame('InvokeComplete', Buffer.from(JSON.stringify(failure))))
}

/** One message of an event stream, as the specification of the format has it. */
export function frame(type: string, payload: Buffer, messageType = 'event'): Buffer {
  const headers = Buffer.concat(
    [
      [':message-type', messageType],
      [messageType === 'event' ? ':event-type' : ':exception-type', type],
      [':content-type', 'application/octet-stream'],
    ].map(([name = '', value = '']) => {
      const length = Buffer.alloc(3)
      length.writeUInt8(7)
      length.writeUInt16BE(value.length, 1)
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)])
    }),
  )
  const message = Buffer.alloc(16 + headers.length + payload.length)
  message.writeUInt32BE(message.length)
  message.writeUInt32BE(headers.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  headers.copy(message, 12)
  payload.copy(message, 12 + headers.length)
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4)
  return message
}

/** The word with which AWS would refuse; `undefined` where it would not. */
async function wrongWith(
  { method, headers }: IncomingMessage,
  url: URL,
  body: Buffer,
  now: number,
): Promise<string | undefined> {
  const authorization = headers.authorization ?? ''
  const [, keyId, day, region, service, names = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=/.exec(
      authorization,
    ) ?? []
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date']))
  if (keyId === undefined || !stamp) return 'MissingAuthenticationTokenException'
  if (keyId !== KEYS.AWS_ACCESS_KEY_ID) return 'UnrecognizedClientException'
  const [, year, month, date, hour, minute, second] = stamp.map(Number)
  const signingDate = new Date(Date.UTC(year as number, (month as number) - 1, date, hour, minute, second))
  if (Math.abs(signingDate.getTime() - now) > 300_000) return 'InvalidSignatureException'
  if (region !== REGION || service !== 'lambda' || String(headers['x-amz-date']).slice(0, 8) !== day) {
    return 'InvalidSignatureException'
  }
  const signed = names.split(';')
  const signer = new SignatureV4({
    credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY },
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  })
  const expected = await signer.sign(
    {
      method: method ?? 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(
        [...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key)]),
      ),
      headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate, unsignableHeaders: new Set() },
  )
  return expected.headers.authorization === authorization ? undefined : 'InvalidSignatureException'
}
