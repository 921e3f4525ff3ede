/** The page "I got a 503" leads from each code to its cause, by one command. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allChecks } from '../../src/admin/checks/checks.ts'
import { MEANINGS } from '../../src/core/errors.ts'
import { selvedge } from '../support/selvedge.ts'

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

/** Commands that these pages and the hints of checks name, as far as they are ours. */
const PAGES = ['i-got-a-503', 'check', 'upgrading']
const texts = [
  ...PAGES.map((name) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')),
  ...allChecks().map(({ hint }) => hint),
]
const commands = texts.flatMap((text) => {
  return [...text.matchAll(/(?:`|^\$ )selvedge ([a-z][^`\n]*)/gm)].map(([, said = '']) => said)
})

describe.each([...new Set(commands)])('selvedge %s', (said) => {
  it('is a command that there is, with the flags that it has', async () => {
    const [verb = '', ...words] = said.split(' ')
    const { code, out } = await selvedge(verb, '--help')
    expect(code).toBe(0)
    for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) expect(out).toMatch(new RegExp(`${flag}\\b`))
    if (verb === 'config') expect(out).toContain(words[0])
  })
})

describe('docs/i-got-a-503.md', () => {
  it('has every code, and none that is none', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(MEANINGS).sort())
  })

  it.each([...sections])('leads from %s to its cause by one command', (_, text) => {
    expect(text).toMatch(COMMAND)
    expect(text.trim().split(' ').length).toBeGreaterThan(8)
  })
})
