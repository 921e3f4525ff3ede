/** docs/operations.md tells the story of one change: here it is run, line by line, and what the page shows is compared with what comes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLI, type DevMesh, devMesh } from '../support/built-command.ts'

interface Step {
  readonly argv: readonly string[]
  readonly shown: string
}

/** A file that is written, or commands with what they print, in the order of the page. */
type Part = { readonly file: string } | { readonly steps: readonly Step[] }

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const parts = [...page.matchAll(/^```(yaml|console)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']): Part => {
  if (language === 'yaml') return { file: text }
  const [, ...steps] = text.split(/^\$ /m)
  return {
    steps: steps.map((step) => {
      const [line = '', ...shown] = step.split('\n')
      return { argv: wordsOf(line), shown: shown.join('\n') }
    }),
  }
})

/** As a shell parts them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare)
}

/** What differs from run to run: addresses, ages, how long it took, and how often was asked. With it goes the width of columns. */
function shape(text: string): string {
  return text
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'URL')
    .replace(/\b\d+[smh](\d+s)?\b/g, 'AGE')
    .replace(/after \d+ s\./g, 'after N s.')
    .replace(/^(\S+ +\d+ +- +1 +)\d+$/gm, '$1N')
    .replace(/ {2,}/g, '  ')
}

describe('docs/operations.md', () => {
  let folder: string
  let mesh: DevMesh
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
    mesh = await devMesh()
  })
  afterAll(async () => {
    await mesh?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('has a story', () => {
    const verbs = parts.flatMap((part) => ('steps' in part ? part.steps.map(({ argv }) => argv[1]) : []))
    expect(new Set(verbs)).toEqual(new Set(['apply', 'get', 'diff', 'history', 'rollback']))
  })

  it('shows what comes', () => {
    for (const part of parts) {
      if ('file' in part) {
        writeFileSync(join(folder, 'registry.yaml'), part.file)
        continue
      }
      for (const { argv, shown } of part.steps) {
        const [command, ...args] = argv
        expect(command).toBe('selvedge')
        // Both streams as a terminal has them: one after the other.
        const ran = spawnSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', process.execPath, CLI, ...args], {
          env: { PATH: process.env.PATH, ...mesh.env },
          cwd: folder,
          encoding: 'utf8',
        })
        expect(shape(ran.stdout), argv.join(' ')).toBe(shape(shown))
        expect(ran.status, argv.join(' ')).toBe(args[0] === 'diff' ? 1 : 0)
      }
    }
  })
})
