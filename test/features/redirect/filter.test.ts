import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainPath } from '../../../src/core/text/path.ts'
import { redirect, redirectPlan } from '../../../src/features/redirect/filter.ts'
import type { Redirect } from '../../../src/features/redirect/policy.ts'
import { nameReader } from '../../../src/mesh/called-host.ts'
import { addressOf, hosts, identify } from '../../../src/mesh/identify.ts'

const meshHosts = hosts('localhost')
/** As workerd gives it: just as it was sent. */
const written = (url: string) => Object.defineProperty(new Request('http://localhost'), 'url', { value: url })

const address = (url: string) => {
  const { path, ...called } = identify(addressOf(url, meshHosts), nameReader('mesh'))
  return { ...called, path: plainPath(path) }
}

async function locationOf(url: string, requestRedirect: Redirect, prefix = '/'): Promise<string> {
  const way = { redirect: redirectPlan(requestRedirect, prefix) }
  const response = await redirect(written(url), { ...address(url), way }, async () => new Response())
  return response.headers.get('location') ?? ''
}

/** What comes of a path and query on the way: escapes, and a question mark with nothing behind it. */
const sent = (path: string) => {
  const { pathname, search } = new URL(`http://x${path}`)
  return pathname + search
}

const part = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '/.',
    '/..',
    '/%2e%2E',
    '%2f',
    '\\',
    '?',
    '??',
    '/?',
    '/svc',
    '/svc/users',
    'users',
    "'",
    '.',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 2 }).filter((text) => text.isWellFormed()),
)
const target = fc
  .array(part, { maxLength: 8 })
  // A request has neither blanks nor controls in its target, and no fragment.
  .map((parts) => parts.join('').replace(/[\s\p{Cc}#]/gu, ''))
  .map((text) => (/^[/?]|^$/.test(text) ? text : `/${text}`))

describe('RequestRedirect under /svc/<name>/', () => {
  it('leads to the same service and the same path, whatever the URL holds (seed 11)', async () => {
    await fc.assert(
      fc.asyncProperty(target, async (rest) => {
        const url = `http://localhost:8787/svc/users${rest}`
        const location = await locationOf(url, { scheme: 'https' })
        expect(location.startsWith('https://localhost/svc/users/')).toBe(true)
        expect(sent(address(location).path)).toBe(sent(address(url).path))
        expect(address(location).name).toBe('users')
      }),
      { seed: 11, numRuns: 2000 },
    )
  })

  it('stays there whatever the rule puts in place of the path (seed 12)', async () => {
    const replaced = target.map((text) => text.replace(/[?].*/, '').slice(0, 1024))
    await fc.assert(
      fc.asyncProperty(target, replaced, fc.boolean(), async (rest, text, isWhole) => {
        const path: Redirect['path'] = isWhole
          ? { type: 'ReplaceFullPath', replaceFullPath: text }
          : { type: 'ReplacePrefixMatch', replacePrefixMatch: text }
        const location = await locationOf(`http://localhost/svc/users${rest}`, { path })
        expect(location.startsWith('http://localhost/svc/users/')).toBe(true)
      }),
      { seed: 12, numRuns: 2000 },
    )
  })

  it('is another host where the rule names one', async () => {
    expect(await locationOf('http://localhost/svc/users/a?x=1', { hostname: 'a.example' })).toBe(
      'http://a.example/a?x=1',
    )
  })
})

it('RequestRedirect of a name that is the host adds nothing, whatever its path is', async () => {
  expect(await locationOf('http://users/svc/users/a?', { scheme: 'https' })).toBe('https://users/svc/users/a?')
})
