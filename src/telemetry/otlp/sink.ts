/** A sink that exports spans by OTLP: it notes what is known when a span ends, and sends it in work that nobody waits for. */
import type { Deadline } from '../../core/deadline.ts'
import type { LogLevel } from '../../core/log.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Sink, Telling } from '../../core/sink.ts'
import type { Span } from '../../core/span.ts'
import { type Clock, systemClock } from '../../core/time/clock.ts'
import { type LogLine, print } from '../log.ts'
import { collector } from './address.ts'
import type { Resource } from './encode.ts'
import { exporter } from './exporter.ts'
import { type Counts, held } from './held.ts'
import { noted } from './noted.ts'
import { type Fetch, OWN_TRACE } from './send.ts'

export interface OtlpOptions {
  /** Where the collector listens: `/v1/traces` and `/v1/logs` are added to it. `OTLP_ENDPOINT` of a Worker. */
  url: string
  /** Headers of each export, by name, or as `name=value,other=value`. `OTLP_HEADERS` of a Worker. Default: none. */
  headers?: string | Readonly<Record<string, string>> | undefined
  /** `service.name` of the resource. Default `selvedge`. */
  name?: string
  /** `service.version`. Default: left out. */
  version?: string
  /** More of the resource: `{ 'deployment.environment.name': 'production' }`. Default: nothing. */
  resource?: Resource
  /** The share of new traces that are sampled, 0 to 1. A trace that came with a request is as its caller says. Default 1. */
  share?: number
  /** Milliseconds until spans are sent, 100 to 60,000. Default 2,000. With 512 of them they are sent at once. */
  everyMs?: number
  /** Requests to the collector that one request of the mesh may spend of its subrequests, 1 to 50. Default 2. */
  maxRequests?: number
  /** Bytes of spans that are held, by an estimate from above, 100,000 to 64,000,000. Beyond, spans are dropped and counted. Default 2,000,000. */
  maxBytes?: number
  /** Milliseconds that a collector has to answer, 100 to 60,000. Default 10,000. */
  timeoutMs?: number
  /** Lines of the mesh's log that are exported, from this level on: `sink.log` is then the option `log` of the mesh. Default: none. */
  log?: LogLevel
  /** What is written to the console from this level on, though a line is exported; and whether failures of the export are. Default `warn`. */
  print?: LogLevel | 'off'
  /** Default: the platform's `fetch`. */
  fetch?: Fetch
}

export interface OtlpSink extends Sink {
  /** The option `log` of a mesh, where lines of the log are exported. */
  readonly log?: ((line: LogLine) => void) | undefined
  /** What came of the spans so far. */
  readonly counts: Readonly<Counts>
  /** Sends all that is held. For a process that ends, or a function that freezes when it has answered; never fails. */
  flush(): Promise<void>
}

/** What a sink is composed of that this room does not know. */
export interface OtlpParts {
  /** The path of the rule that matched, as it is written. */
  template(telling: Telling): string | undefined
  /** The span of each call. */
  calls(tell: (span: Span, telling: Telling & { span?: Span | undefined }, request: Request) => void): Sink['calls']
}

interface Beneath {
  template?: string | undefined
  deadline?: Deadline
}

declare const SELVEDGE_VERSION: string

const RANGES = [
  ['share', 0, 1],
  ['everyMs', 100, 60_000],
  ['maxRequests', 1, 50],
  ['maxBytes', 100_000, 64_000_000],
  ['timeoutMs', 100, 60_000],
] as const

/** From nothing to everything. */
const LEVELS: readonly (LogLevel | 'off')[] = ['off', 'error', 'warn', 'info']

/** @throws {TypeError} for an address, headers or numbers that are none. */
export function otlpSink(options: OtlpOptions, { template, calls }: OtlpParts): OtlpSink {
  const { share = 1, everyMs = 2_000, maxRequests = 2, maxBytes = 2_000_000, timeoutMs = 10_000 } = options
  const numbers = { share, everyMs, maxRequests, maxBytes, timeoutMs }
  for (const [name, least, most] of RANGES) {
    const value = numbers[name]
    if (!(value >= least && value <= most)) throw new TypeError(`${name} is ${least} to ${most}; got ${value}.`)
  }
  const { log, print: printed = 'warn' } = options
  const isPrinted = ({ level }: LogLine) => LEVELS.indexOf(level) <= LEVELS.indexOf(printed)
  const spans = held(maxBytes)
  const sender = exporter({
    held: spans,
    collector: collector(options.url, options.headers),
    resource: resourceOf(options),
    version: versionOf(),
    everyMs,
    timeoutMs,
    maxRequests,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    warn(line) {
      if (isPrinted(line)) print(line)
    },
  })
  /** Of the mesh that was heard last. */
  let clock: Clock = systemClock
  // What those beneath know: which path has matched, and what the record allows. The spans of a call have one receipt, as has the request of a proxy.
  const found = new WeakMap<Receipt, Beneath>()

  function tell(span: Span, telling: Telling, request: Request, isRoot: boolean): void {
    if (span.traceId === OWN_TRACE) return
    const { receipt } = telling
    const beneath = found.get(receipt) ?? {}
    beneath.template ??= template(telling)
    if (span.kind === 'client') beneath.deadline = telling.deadline
    found.set(receipt, beneath)
    const deadline = (span.kind === 'call' && beneath.deadline) || telling.deadline
    spans.add(noted(span, telling, request, deadline, beneath.template), isRoot, telling.clock.now())
    if (span.kind === 'client') return
    clock = telling.clock
    const defer = telling.background ?? (span.kind === 'server' ? telling.defer : undefined)
    sender.due({ clock, subrequests: telling.subrequests, defer })
  }

  return {
    share,
    counts: spans.counts,
    span(span, telling, request) {
      if (telling && request) tell(span, telling, request, span.kind === 'server')
    },
    // Of a call outside any request the span is the root.
    calls: calls((span, telling, request) => tell(span, telling, request, telling.span === undefined)),
    log: log && logged(log, isPrinted, spans.line),
    flush: () => sender.flush(clock),
  }
}

function logged(from: LogLevel, isPrinted: (line: LogLine) => boolean, hold: (line: LogLine) => void) {
  return function log(line: LogLine): void {
    if (LEVELS.indexOf(line.level) <= LEVELS.indexOf(from)) hold(line)
    if (isPrinted(line)) print(line)
  }
}

function resourceOf({ name = 'selvedge', version, resource }: OtlpOptions): Resource {
  return {
    'service.name': name,
    ...(version !== undefined && { 'service.version': version }),
    'telemetry.sdk.name': 'selvedge',
    'telemetry.sdk.language': 'webjs',
    'telemetry.sdk.version': versionOf(),
    ...resource,
  }
}

/** The build writes it into Workers; a library has none. */
function versionOf(): string {
  return typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'
}
