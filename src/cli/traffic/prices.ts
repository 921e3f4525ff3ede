/** What platforms charge: a table that ships with the command, and a file in its place. Prices change: each has its source, and when it was read. */
import { Fault } from '../../manifest/yaml/fault.ts'

/** In one currency. */
export interface Prices {
  readonly currency: string
  readonly workers: Priced & { readonly aMillionRequests: number }
  readonly kv: Priced & { readonly aMillionReads: number }
  readonly lambda: Priced & {
    readonly aMillionRequests: number
    readonly aGbSecond: number
    /** What your functions have: the mesh does not know it. */
    readonly memoryMb: number
  }
}

interface Priced {
  readonly source: string
  readonly asOf: string
}

export const PRICES: Prices = {
  currency: 'USD',
  workers: {
    aMillionRequests: 0.3,
    source: 'https://developers.cloudflare.com/workers/platform/pricing/ (Workers Paid, beyond what is included)',
    asOf: '2026-11',
  },
  kv: {
    aMillionReads: 0.5,
    source: 'https://developers.cloudflare.com/kv/platform/pricing/ (Workers Paid, beyond what is included)',
    asOf: '2026-11',
  },
  lambda: {
    aMillionRequests: 0.2,
    aGbSecond: 0.0000166667,
    memoryMb: 1024,
    source: 'https://aws.amazon.com/lambda/pricing/ (us-east-1, x86, first tier)',
    asOf: '2024-12',
  },
}

type Section = Readonly<Record<string, string | number>>

/**
 * A table of prices, in YAML or JSON; what it leaves out is as in {@link PRICES}.
 *
 * @param file its name, for what is said of it.
 * @throws Fault for what is no such table.
 */
export async function pricesOf(text: string, file: string): Promise<Prices> {
  const { parse } = await import('yaml')
  let said: unknown
  try {
    said = parse(text)
  } catch (cause) {
    throw new Fault(`${file}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`, { cause })
  }
  const { currency, ...sections } = PRICES
  const own = tableOf(said, file, Object.keys(PRICES))
  const merged = Object.entries(sections).map(([name, section]) => [
    name,
    own[name] === undefined ? section : { ...section, ...sectionOf(own[name], `${file}: ${name}`, { ...section }) },
  ])
  const told = own['currency'] ?? currency
  if (typeof told !== 'string') throw new Fault(`${file}: currency is a text, as "USD".`)
  return { currency: told, ...Object.fromEntries(merged) } as Prices
}

function sectionOf(said: unknown, where: string, like: Section): Section {
  const own = tableOf(said, where, Object.keys(like))
  for (const [key, value] of Object.entries(own)) {
    if (typeof value !== typeof like[key])
      throw new Fault(`${where}.${key} is a ${typeof like[key]}; got ${JSON.stringify(value)}.`)
    if (typeof value === 'number' && !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new Fault(`${where}.${key} is 0 or more; got ${value}.`)
    }
  }
  return own as Section
}

function tableOf(said: unknown, where: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw new Fault(`${where} is a table of ${known.join(', ')}.`)
  }
  const stranger = Object.keys(said).find((key) => !known.includes(key))
  if (stranger !== undefined) throw new Fault(`${where}: "${stranger}" is not known. Known are ${known.join(', ')}.`)
  return said as Readonly<Record<string, unknown>>
}
