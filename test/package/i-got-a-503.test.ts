/** The page "I got a 503" leads from each code to its cause, by one command. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MEANINGS } from '../../src/core/errors.ts'

const page = readFileSync(new URL('../../docs/i-got-a-503.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text): [string, string] => {
      const [heading = '', ...lines] = text.split(/\n/)
      return [heading, lines.join('\n').split(/^## /m)[0] as string]
    }),
)

/** What a reader has at hand. */
const COMMAND = /`((?:selvedge|npx wrangler|curl) [^`]+)`/

describe('docs/i-got-a-503.md', () => {
  it('has every code, and none that is none', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(MEANINGS).sort())
  })

  it.each([...sections])('leads from %s to its cause by one command', (_, text) => {
    expect(text).toMatch(COMMAND)
    expect(text.trim().split(' ').length).toBeGreaterThan(8)
  })
})
