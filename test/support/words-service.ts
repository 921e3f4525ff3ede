/** A Connect server of one service, `mesh.Words`, whose descriptor is written by hand: no compiler of protobuf is needed. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { create, createFileRegistry } from '@bufbuild/protobuf'
import type { GenService } from '@bufbuild/protobuf/codegenv2'
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'

type Method<Kind extends 'unary' | 'server_streaming'> = {
  methodKind: Kind
  input: typeof StringValueSchema
  output: typeof StringValueSchema
}

/** `say` answers, `count` streams. */
export type Words = GenService<{ say: Method<'unary'>; count: Method<'server_streaming'> }>

const STRING = '.google.protobuf.StringValue'

export const words = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'mesh/words.proto',
    package: 'mesh',
    syntax: 'proto3',
    dependency: ['google/protobuf/wrappers.proto'],
    service: [
      {
        name: 'Words',
        method: [
          { name: 'Say', inputType: STRING, outputType: STRING },
          { name: 'Count', inputType: STRING, outputType: STRING, serverStreaming: true },
        ],
      },
    ],
  }),
  () => file_google_protobuf_wrappers,
).getService('mesh.Words') as Words

export interface WordsServer {
  readonly url: string
  /** Headers and deadline of every call, oldest first. */
  readonly calls: readonly { readonly headers: Headers; readonly timeoutMs: number | undefined }[]
  close(): void
}

/** Says a word back; `hang` never answers, `deny` is refused. Counts the letters of a word one by one; `deny` is refused at the second. */
export async function startWords(): Promise<WordsServer> {
  const calls: { headers: Headers; timeoutMs: number | undefined }[] = []
  const note = (context: HandlerContext) => {
    calls.push({ headers: context.requestHeader, timeoutMs: context.timeoutMs() })
    context.responseHeader.set('x-words', 'yes')
  }
  const denied = () => new ConnectError('Not that word.', Code.PermissionDenied, { 'x-reason': 'manners' })

  const server = createServer(
    connectNodeAdapter({
      routes: (router) =>
        router.service(words, {
          async say({ value }, context) {
            note(context)
            if (value === 'deny') throw denied()
            if (value === 'hang') await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
            return { value: `${value}!` }
          },
          async *count({ value }, context) {
            note(context)
            for (const [index, letter] of value.split('').entries()) {
              if (value === 'deny' && index === 1) throw denied()
              yield { value: letter }
            }
          },
        }),
    }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
