/** The sinks of subscriptions that lead out of the mesh, each asked whether it consents. */
import type { WrittenRecord } from '../../admin/client.ts'
import { sinkOf } from '../../record/events/subscriptions.ts'
import { parseRecord } from '../../record/parse.ts'
import { askConsent, type Consent } from './ask.ts'

export interface AskedSink extends Consent {
  readonly id: string
  readonly sink: string
  readonly address: string
  readonly origin: string
}

interface Asking {
  /** `undefined`: there is no such record. */
  recordOf(service: string): Promise<WrittenRecord | undefined>
  /** The host of the mesh, where a subscription does not say who sends. */
  readonly origin: string
  readonly fetch: typeof globalThis.fetch
}

interface Said {
  readonly id: string
  readonly sink: string
  readonly protocolsettings?: { readonly headers?: Readonly<Record<string, string>> }
}

/** Addresses that are asked, at most. */
const MOST_ASKED = 50
const ORIGIN = 'webhook-request-origin'
const HERE = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\]|[^/]*\.localhost)(?::|\/|$)/i

/** Those that need no credentials, one after the other. */
export async function askedSinks(
  records: readonly WrittenRecord[],
  { recordOf, origin, fetch }: Asking,
): Promise<AskedSink[]> {
  const asked: AskedSink[] = []
  for (const { id, sink, protocolsettings } of records.flatMap(saidIn)) {
    const { service, path } = sinkOf(sink)
    const headers = Object.entries(protocolsettings?.headers ?? {})
    const by = headers.find(([name]) => name.toLowerCase() === ORIGIN)?.[1] ?? origin
    for (const url of addressesOf(await recordOf(service))) {
      if (asked.length === MOST_ASKED) return asked
      const address = url.replace(/\/+$/, '') + path
      asked.push({ id, sink, address, origin: by, ...(await askConsent(address, by, fetch)) })
    }
  }
  return asked
}

function saidIn(record: WrittenRecord): readonly Said[] {
  return typeof record === 'object' && Array.isArray(record.subscriptions) ? (record.subscriptions as Said[]) : []
}

/** Of what is refused nobody knows where it leads. */
function addressesOf(record: WrittenRecord | undefined): string[] {
  if (record === undefined) return []
  try {
    const { endpoints } = parseRecord(typeof record === 'string' ? record : JSON.stringify(record))
    return endpoints.flatMap(({ target }) =>
      target.kind === 'url' && !target.credentials && !HERE.test(target.url) ? [target.url] : [],
    )
  } catch {
    return []
  }
}
