/** What the documentation says is so: links, tables, defaults and code are compared with the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { MEANINGS, type Meaning, MeshError, type MeshErrorCode } from '../../src/core/errors.ts'
import { type RetryRefusal, receipt } from '../../src/core/receipt.ts'
import { isIdempotent } from '../../src/core/retryable.ts'
import { withDefaults } from '../../src/mesh/options.ts'
import { parseRecord } from '../../src/record/parse.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { FATES, fateOf } from '../../src/wire/answer/fates.ts'
import { shortOf } from '../../src/wire/problem/short-of.ts'
import { toldOf } from '../../src/wire/problem/told.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
/** All below a folder, but for what an example has installed. */
const list = (dir: string, end: string): string[] =>
  readdirSync(join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const file = join(dir, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : list(file, end)
    return file.endsWith(end) ? [file] : []
  })

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/shop/README.md', ...list('docs', '.md')]

/** The fenced blocks of a page, by their language. */
function blocks(page: string, language: string): string[] {
  return [...read(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, said]) => said === language)
    .map(([, , text]) => text as string)
}

/** The cells of every row of the tables beneath the headings that match. */
function rows(page: string, ...under: string[]): string[][] {
  const sections = read(page).split(/^(?=## )/m)
  const chosen =
    under.length === 0 ? sections : sections.filter((text) => under.some((name) => text.startsWith(`## ${name}`)))
  return chosen
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, line.lastIndexOf('|')).trim().split(/ \| /))
}

const bare = (cell = '') => cell.replaceAll('`', '').trim()

describe.each(PAGES)('%s', (page) => {
  it('links to what is there', () => {
    const text = read(page).replace(/^```[\s\S]*?^```$/gm, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path))
      expect(existsSync(join(ROOT, file)), `${page} → ${target}`).toBe(true)
      if (anchor !== undefined) expect(anchors(file), `${page} → ${target}`).toContain(anchor)
    }
  })

  it('shows TypeScript that stands in an example or a test, word for word', () => {
    for (const block of blocks(page, 'ts'))
      expect(
        SOURCES.some((text) => text.includes(flush(block))),
        block,
      ).toBe(true)
  })
})

/** Examples and their tests, which are compiled and run. Indentation does not count. */
const SOURCES = [...list('examples', '.ts'), ...list('test/examples', '.ts')].map((file) => flush(read(file)))

function flush(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim()
}

/** The anchors that a page's headings make. */
function anchors(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('docs/errors.md', () => {
  it('has the codes that there are, with their meaning', () => {
    const told = rows('docs/errors.md')
      .filter((cells) => cells.length === 4 && bare(cells[0]) !== 'code')
      .map((cells) => cells.map(bare))
    const meant = Object.entries<Meaning>(MEANINGS).map(([code, { status, proxyError, retryable }]) => [
      code,
      String(status),
      proxyError,
      retryable === undefined ? '–' : String(retryable),
    ])
    expect(told).toEqual(meant)
  })

  it('says of each code what to do', () => {
    const told = rows('docs/errors.md')
      .filter((cells) => cells.length === 3)
      .map(([code]) => bare(code))
    expect(told.filter((code) => code in MEANINGS)).toEqual(Object.keys(MEANINGS))
  })
})

describe('docs/errors.md, What strangers read', () => {
  const [, ...told] = rows('docs/errors.md', 'What strangers read')
  const sentences = new Map(
    told.flatMap(([codes = '', sentence = '']) =>
      codes.split(', ').map((code) => [bare(code), sentence.replaceAll('&lt;', '<').replaceAll('&gt;', '>').trim()]),
    ),
  )

  it.each(Object.keys(MEANINGS) as MeshErrorCode[])('has what they read of %s', (code) => {
    const sentence = sentences.get(code) ?? sentences.get('any other')
    expect(toldOf(new MeshError(code, '', { service: 'chekout' }), false)).toBe(sentence)
  })

  it('has no code that is none', () => {
    expect([...sentences.keys()].filter((code) => !(code in MEANINGS))).toEqual(['any other'])
  })
})

describe("docs/headers.md, The mesh's own headers in an endpoint's answer", () => {
  const [, ...told] = rows('docs/headers.md', "The mesh's own headers")

  it('has every header that has a fate, and what becomes of all others', () => {
    const fates = Object.fromEntries(told.map(([name = '', fate]) => [bare(name), fate?.trim()]))
    expect(fates).toEqual({ ...Object.fromEntries(FATES), 'any other': fateOf('selvedge-of-nobody') })
  })

  it('gives the reason of each', () => {
    for (const [name, , why = ''] of told) expect(why.length, name).toBeGreaterThan(20)
  })
})

describe('docs/retries.md', () => {
  const [, ...told] = rows('docs/retries.md')
  const [, union = ''] = /type RetryRefusal =([\s\S]*?)\n\n/.exec(read('src/core/receipt.ts')) ?? []
  const reasons = [...union.matchAll(/\| '([a-z-]+)'/g)].map(([, reason]) => reason as RetryRefusal)

  it('has every reason that there is, in the order in which they are asked for', () => {
    expect(reasons).toHaveLength(8)
    expect(new Set(told.map(([reason]) => bare(reason)))).toEqual(new Set(reasons))
    const asked = [...read('src/features/retry/judge.ts').matchAll(/refused: '([a-z-]+)'/g)].map(([, reason]) => reason)
    expect(told.map(([reason]) => bare(reason))).toEqual([...new Set(asked)])
  })

  it.each(told)('says of %s what it means, where it shows and what to do', (reason, means, shows, todo) => {
    for (const cell of [means, shows, todo]) expect((cell ?? '').trim().length).toBeGreaterThan(5)
    const words = shortOf({ ...receipt(), retryRefused: bare(reason) as RetryRefusal })?.replace(
      'not tried again: ',
      '',
    )
    if (words !== undefined) expect(shows).toContain(`\`${words}\``)
  })
})

describe('docs/glossary.md', () => {
  const words = rows('docs/glossary.md')
    .slice(1)
    .map(([word]) => bare(word))
  const others = [...PAGES.filter((page) => page !== 'docs/glossary.md'), ...list('src', '.ts')].map(read).join('\n')

  it('has words, each once, by the alphabet', () => {
    expect(words.length).toBeGreaterThan(20)
    expect(words).toEqual([...new Set(words)].sort())
  })

  it.each(words)('explains a word that is in use: %s', (word) => {
    expect(others).toMatch(new RegExp(`\\b${word}\\b`, 'i'))
  })

  it('has the words of our own', () => {
    for (const word of ['allowance', 'settle', 'receipt', 'record', 'rule', 'attempt', 'ejection', 'probe', 'overlay'])
      expect(words).toContain(word)
  })

  it('can be reached from README.md', () => {
    expect(read('README.md')).toContain('](docs/glossary.md)')
  })
})

describe('docs/log.md', () => {
  it('has every event that the log knows', () => {
    const [, union = ''] = /type LogEvent =([\s\S]*?)\n\n/.exec(read('src/core/log.ts')) ?? []
    const events = [...union.matchAll(/'(\w+)'/g)].map(([, event]) => event)
    expect(events.length).toBeGreaterThan(10)
    const told = rows('docs/log.md', 'Lines').slice(1)
    expect(new Set(told.map(([event]) => bare(event)))).toEqual(new Set(events))
  })

  it('shows the observability that wrangler.toml has', () => {
    const shown = blocks('docs/log.md', 'toml')
    expect(shown).toHaveLength(1)
    expect(read('wrangler.toml')).toContain(shown[0])
  })
})

describe('docs/registry.md', () => {
  const refusals = rows('docs/registry.md', 'Refusals').slice(1)

  it.each(refusals)('%s is refused as it says', (written, said) => {
    expect(() => parseRecord(bare(written))).toThrow(said)
  })

  it('shows refusals', () => {
    expect(refusals.length).toBeGreaterThan(3)
  })
})

describe('README.md', () => {
  it('shows records that are understood', () => {
    const records = blocks('README.md', 'json')
    expect(records.map((record) => parseRecord(record).endpoints.length)).toEqual([3, 3, 1])
  })
})

describe('docs/library.md', () => {
  const entries = Object.entries(pkg.exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path]) => path.replace('.', 'selvedge'))

  it('has a section for every entry of the package', () => {
    const told = [...read('docs/library.md').matchAll(/^## (selvedge.*)$/gm)].map(([, name]) => name)
    expect(told).toEqual(entries)
  })
})

describe('docs/configuration.md, A Worker of your own parts', () => {
  const partsOf = (text: string) => /createWorker\(\{ (cloud, .*?) \}\)/.exec(text)?.[1]?.split(', ') ?? []
  const parts = partsOf(read('src/worker/worker.ts').split('/* @__PURE__ */')[1] ?? '')

  it('has the parts of the default Worker', () => {
    expect(parts).toContain('stats')
    expect(partsOf(read('docs/configuration.md'))).toEqual(parts)
  })

  it.each(['events', 'queues', 'traced'])('has an example with all of them, and more: %s', (example) => {
    expect(partsOf(read(`examples/${example}/worker.ts`))).toEqual(expect.arrayContaining(parts))
  })
})

describe('docs/self-hosting.md', () => {
  it('has the compatibility that wrangler.toml has', () => {
    const wrangler = read('wrangler.toml')
    const [config = ''] = blocks('docs/self-hosting.md', 'capnp')
    const [, date] = /^compatibility_date = "(.*)"/m.exec(wrangler) ?? []
    const [, flags = ''] = /^compatibility_flags = \[(.*)\]/m.exec(wrangler) ?? []
    expect(config).toContain(`compatibilityDate = "${date}"`)
    expect(config).toContain(`compatibilityFlags = [${flags}]`)
  })
})

describe('docs/defaults.md', () => {
  const settings = withDefaults({ registry: memoryRegistry() })

  it.each(rows('docs/defaults.md', 'Options').slice(1))('option %s is %s', (_, value, __, where) => {
    const [, option = ''] = /^`(\w+)`/.exec(where ?? '') ?? []
    expect(settings[option as keyof typeof settings]).toBe(amount(value ?? ''))
  })

  it.each(rows('docs/defaults.md', 'Constants').slice(1))('constant %s is %s', (_, value, __, where) => {
    const [, name = '', file = ''] = /^`(\w+)` in `(.*)`$/.exec(where ?? '') ?? []
    // A constant at module level, or the default of an option.
    const [, written = ''] = new RegExp(`\\b${name}(?: =|:) ([\\d_.]+(?: / \\d+)?)`).exec(read(file)) ?? []
    const [whole = Number.NaN, parts = 1] = written.replaceAll('_', '').split(' / ').map(Number)
    const number = whole / parts
    expect(name === 'cacheTtl' ? number * 1000 : number, `${name} in ${file}`).toBe(amount(value ?? ''))
  })

  it('leaves out no number of a filter', () => {
    /** What a number means elsewhere, or cannot be chosen. */
    const given = ['CLIENT_CLOSED_REQUEST', 'ONE_RETRY', 'RANGE', 'UNKNOWN_AND_BUSY']
    const page = read('docs/defaults.md')
    const numbers = list('src/features', '.ts').flatMap((file) =>
      [...read(file).matchAll(/^(?:export )?const ([A-Z][A-Z_]+) = [\d(]/gm)].map(
        ([, name]) => `\`${name}\` in \`${file}\``,
      ),
    )
    const missing = numbers.filter(
      (where) => !page.includes(where) && !given.some((name) => where.startsWith(`\`${name}`)),
    )
    expect(numbers.length).toBeGreaterThan(20)
    expect(missing).toEqual([])
  })

  it('names the methods that are idempotent', () => {
    const [, said = ''] = /without asking for ([A-Z, and]+) \(/.exec(read('docs/defaults.md')) ?? []
    const methods = said.split(/, | and /)
    const all = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'POST', 'PATCH', 'CONNECT']
    expect(methods).toEqual(all.filter(isIdempotent))
  })
})

const UNITS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, KiB: 1024, '%': 0.01 }

/** `15 s` → 15_000, `64 KiB` → 65_536, `20 %` → 0.2, `502, 503` → [502, 503], `none` → Infinity; a word in backticks. */
function amount(text: string): number | number[] | string {
  if (text.startsWith('`')) return bare(text)
  if (text === 'none') return Number.POSITIVE_INFINITY
  if (text.includes(',')) return text.split(', ').map(Number)
  const [count, unit] = text.split(' ')
  return Number(count) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN))
}
