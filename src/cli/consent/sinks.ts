/** The sinks of subscriptions that lead out of the mesh, each asked whether it consents. */
import type { WrittenRecord } from '../../admin/client.ts'
import { sinkOf } from '../../record/events/subscriptions.ts'
import { parseRecord } from '../../record/parse.ts'
import type { Session } from '../session.ts'
import { askConsent, type Consent } from './ask.ts'

export interface AskedSink extends Consent {
  readonly id: string
  readonly sink: string
  readonly address: string
  readonly origin: string
}

export interface Asked {
  readonly sinks: readonly AskedSink[]
  /** Further addresses, which were not asked. */
  readonly left: number
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

/**
 * Those that need no credentials, one after the other. Of subscriptions with one sink its record is read once, and its address is asked
 * once for each origin.
 *
 * @param written records that count in place of those of the mesh, by their names.
 */
export async function askedSinks(
  records: readonly WrittenRecord[],
  { client, target, machine }: Pick<Session, 'client' | 'target' | 'machine'>,
  written: ReadonlyMap<string, WrittenRecord> = new Map(),
): Promise<Asked> {
  const said = records.flatMap(saidIn)
  const urls = new Map<string, readonly string[]>()
  for (const { sink } of said) {
    const { service } = sinkOf(sink)
    if (urls.has(service)) continue
    urls.set(service, addressesOf(written.get(service) ?? (await client().get(service))?.record))
  }
  // Where a subscription does not say who sends, the host of the mesh does.
  const { hostname } = new URL(target().url)
  const all = said.flatMap(({ id, sink, protocolsettings }) => {
    const { service, path } = sinkOf(sink)
    const headers = Object.entries(protocolsettings?.headers ?? {})
    const origin = headers.find(([name]) => name.toLowerCase() === ORIGIN)?.[1] ?? hostname
    return (urls.get(service) ?? []).map((url) => ({ id, sink, address: url.replace(/\/+$/, '') + path, origin }))
  })
  const consents = new Map<string, Consent>()
  const sinks: AskedSink[] = []
  for (const one of all) {
    const key = `${one.origin} ${one.address}`
    if (!consents.has(key) && consents.size === MOST_ASKED) continue
    const consent = consents.get(key) ?? (await askConsent(one.address, one.origin, machine.fetch))
    consents.set(key, consent)
    sinks.push({ ...one, ...consent })
  }
  return { sinks, left: all.length - sinks.length }
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
