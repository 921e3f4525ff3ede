/** What stands under `events/<type>`: who gets the events of a type, in the words of CloudEvents Subscriptions 1.0. */
import * as v from 'valibot'
import { isServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { HEADER_NAME } from '../../schema/http.ts'
import { areDistinct, list, must, object, onDemand, oneOf, text } from '../../schema/kit.ts'
import { delivery, type WrittenDelivery } from '../../targets/queue/delivery.ts'
import { checker, type Issue, parseWith } from '../parse.ts'
import { type EventFilter, filters } from './filter.ts'

export interface Subscription {
  /** Who it is: a name of its own in dead letters, replays and the log. Of two with one id that of the more specific key counts. */
  readonly id: string
  /** `http://<service>/<path>`: the host is the name of a service. */
  readonly sink: string
  /** All of them must hold. Left out, every event of the type is wanted. */
  readonly filters?: readonly EventFilter[] | undefined
  readonly protocol?: 'HTTP' | undefined
  readonly protocolsettings?:
    | {
        /** How the event is written. Default `binary`. `batch` is a list of one. */
        readonly contentmode?: 'binary' | 'structured' | 'batch' | undefined
        /** Default POST. */
        readonly method?: 'POST' | 'PUT' | 'PATCH' | undefined
        /** Further headers of each delivery. */
        readonly headers?: Readonly<Record<string, string>> | undefined
      }
    | undefined
  /** As a queue has it. */
  readonly delivery?: WrittenDelivery | undefined
}

export interface Subscriptions {
  /** For editors. The mesh does not read it. */
  readonly $schema?: string | undefined
  readonly subscriptions: readonly Subscription[]
}

/** Of one key. */
const MOST_SUBSCRIPTIONS = 1_000
const MOST_HEADERS = 16
const MOST_CHARACTERS = 1_048_576
/** Headers that say what the mesh says, or who calls. */
const TAKEN =
  /^(?:ce-.*|selvedge-.*|content-.*|host|via|cdn-loop|connection|transfer-encoding|te|trailer|upgrade|expect|keep-alive|authorization|cookie|proxy-.*|idempotency-key|trace(?:parent|state))$/i
const SINK = /^https?:\/\/([^/?#]{1,253})((?:\/[^\s?#]*)?(?:\?[^\s#]*)?)$/

/** The service and the path of a sink. */
export function sinkOf(sink: string): { readonly service: string; readonly path: string } {
  const [, service = '', path = ''] = SINK.exec(sink) ?? []
  return { service, path: path.startsWith('/') ? path : `/${path}` }
}

export function subscriptionsSchema(): v.GenericSchema<Subscriptions> {
  const id = text(/^[A-Za-z0-9][\w.-]{0,99}$/, 'an id of 1 to 100 letters, digits, "-", "_" and "."')
  const sink = text(
    (text) => isServiceName(sinkOf(text).service) && URL.canParse(text),
    'http:// and the name of a service, with a path if you like',
  )
  const headerName = text(
    (name) => HEADER_NAME.test(name) && !TAKEN.test(name),
    'a header that is not written by the mesh',
  )
  const headers = v.pipe(
    v.record(
      headerName,
      text(/^[\x20-\x7e]{0,1000}$/, 'up to 1000 printable characters'),
      'Expected headers with their values',
    ),
    must(
      (headers: Readonly<Record<string, string>>) => Object.keys(headers).length <= MOST_HEADERS,
      `${MOST_HEADERS} headers at most`,
    ),
  )
  const one = object({
    id,
    sink,
    filters: v.optional(filters()),
    protocol: v.optional(oneOf('HTTP')),
    protocolsettings: v.optional(
      object({
        contentmode: v.optional(oneOf('binary', 'structured', 'batch')),
        method: v.optional(oneOf('POST', 'PUT', 'PATCH')),
        headers: v.optional(headers),
      }),
    ),
    delivery: v.optional(delivery()),
  }) as v.GenericSchema<Subscription>
  return object({
    $schema: v.optional(v.string()),
    subscriptions: v.pipe(
      list(one, 'subscriptions', MOST_SUBSCRIPTIONS),
      must((all: readonly Subscription[]) => areDistinct(all.map(({ id }) => id)), 'each id once'),
    ),
  }) as v.GenericSchema<Subscriptions>
}

/**
 * Parses what stands under a key of subscriptions, one after another.
 *
 * @throws {MeshError} `record_invalid`, with the JSON path of everything that was not understood.
 */
export function subscriptionsParser(): (text: string) => Subscriptions {
  // A mesh is made at module scope: its schemas are not.
  const schema = onDemand(subscriptionsSchema)
  return (text) => {
    if (text.length > MOST_CHARACTERS)
      throw new MeshError('record_invalid', `Expected at most ${MOST_CHARACTERS} characters, got ${text.length}.`)
    return parseWith(schema, text)
  }
}

/** Says all that is wrong with subscriptions, nothing where the mesh would obey them. */
export function subscriptionsChecker(): (value: unknown) => Issue[] {
  return checker(subscriptionsSchema())
}
