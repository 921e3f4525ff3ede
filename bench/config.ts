/** Writes workerd's configuration for a set of services: Workers that sit in one process, and what they reach outside. */

export interface Worker {
  /** The file of its code among the modules. */
  readonly code: string
  readonly bindings?: Readonly<Record<string, Binding>>
  /** The service that takes what it fetches by URL. Default: the network, which the bench has no use for. */
  readonly outbound?: string
  /** Compatibility flags beside those that wrangler.toml gives the mesh. */
  readonly flags?: readonly string[]
}

export type Binding =
  | { readonly service: string; readonly entrypoint?: string }
  | { readonly kv: string }
  | { readonly text: string }

/** An HTTP server elsewhere. */
export interface External {
  /** Host and port. */
  readonly address: string
}

export type Services = Readonly<Record<string, Worker | External>>

/** Those of wrangler.toml. */
const FLAGS = ['enable_request_signal', 'request_signal_passthrough']

/**
 * `entry` answers on the socket called `http`.
 *
 * @param v8Flags of the whole process. Default: none.
 */
export function workerdConfig(services: Services, entry: string, v8Flags: readonly string[] = []): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags.map(quoted).join(', ')}],
  services = [
    ${Object.entries(services).map(service).join(',\n    ')},
    (name = "internet", network = (allow = ["private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = ${quoted(entry)})]
);
`
}

function service([name, to]: [string, Worker | External]): string {
  if ('address' in to) return `(name = ${quoted(name)}, external = (address = ${quoted(to.address)}, http = ()))`
  const { code, bindings = {}, outbound = 'internet', flags = [] } = to
  return `(name = ${quoted(name)}, worker = (
      modules = [(name = ${quoted(code)}, esModule = embed ${quoted(code)})],
      compatibilityDate = "2026-10-01",
      compatibilityFlags = [${[...FLAGS, ...flags].map(quoted).join(', ')}],
      globalOutbound = ${quoted(outbound)},
      bindings = [${Object.entries(bindings).map(binding).join(', ')}]))`
}

function binding([name, to]: [string, Binding]): string {
  return `(name = ${quoted(name)}, ${target(to)})`
}

function target(to: Binding): string {
  if ('kv' in to) return `kvNamespace = ${quoted(to.kv)}`
  if ('text' in to) return `text = ${quoted(to.text)}`
  if (to.entrypoint === undefined) return `service = ${quoted(to.service)}`
  return `service = (name = ${quoted(to.service)}, entrypoint = ${quoted(to.entrypoint)})`
}

// Cap'n Proto's strings are escaped like JSON's as far as anything here goes.
const quoted = (text: string) => JSON.stringify(text)
