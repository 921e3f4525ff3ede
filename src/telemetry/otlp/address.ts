/** Where spans are exported to, and the headers that go along: read once, and told of without what stands in them. */

export interface Collector {
  /** Without a slash at its end: `/v1/traces` and `/v1/logs` stand beneath it. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What may be told of it: some collectors take a token in the path. */
  readonly origin: string
}

/** A field name of RFC 9110 §5.1; a value of what a header may hold. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e]*$/

/**
 * @param headers as OpenTelemetry writes them, `name=value,other=value`, where a value may be percent-encoded; or by name.
 * @throws {TypeError} that repeats nothing of what stands there: both may hold secrets.
 */
export function collector(url: string, headers: string | Readonly<Record<string, string>> = {}): Collector {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username + parsed.password + parsed.search !== '') {
    throw new TypeError(
      'OTLP_ENDPOINT is the address of a collector, such as "https://otlp.example.com": https or http, without user, password and query.',
    )
  }
  const all = typeof headers === 'string' ? entriesOf(headers) : Object.entries(headers)
  all.forEach(([name, value], index) => {
    if (NAME.test(name) && VALUE.test(value)) return
    throw new TypeError(`OTLP_HEADERS is name=value, separated by commas; number ${index + 1} of them is not.`)
  })
  const { origin, pathname } = parsed
  return {
    url: `${origin}${pathname.replace(/\/$/, '')}`,
    headers: Object.fromEntries(all),
    origin,
  }
}

function entriesOf(written: string): [name: string, value: string][] {
  return written
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.indexOf('=')
      return at < 1 ? ['', ''] : [one.slice(0, at).trim(), decoded(one.slice(at + 1).trim())]
    })
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
