import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isStale } from '../../scripts/stale.ts'

describe('what was made', () => {
  let root: string
  const at = (path: string, seconds: number) => utimesSync(join(root, path), seconds, seconds)
  const stale = () => isStale(root, ['src', 'package.json'], ['dist/a.js', 'dist/b.js'])

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'selvedge-stale-'))
    for (const folder of ['src', 'src/deep', 'dist']) mkdirSync(join(root, folder))
    for (const file of ['src/deep/a.ts', 'package.json', 'dist/a.js', 'dist/b.js']) writeFileSync(join(root, file), '')
    for (const path of ['src/deep/a.ts', 'src/deep', 'src', 'package.json']) at(path, 1000)
    for (const path of ['dist/a.js', 'dist/b.js']) at(path, 2000)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('is not stale where nothing has changed', () => {
    expect(stale()).toBe(false)
  })

  it.each(['src/deep/a.ts', 'package.json'])('is stale where %s has', (file) => {
    at(file, 3000)
    expect(stale()).toBe(true)
  })

  it('is stale where a source is gone, or a part of it', () => {
    rmSync(join(root, 'src/deep/a.ts'))
    expect(stale()).toBe(true)
    at('src/deep', 1000)
    expect(stale()).toBe(false)
    rmSync(join(root, 'dist/b.js'))
    expect(stale()).toBe(true)
  })

  it('is what npm run selvedge and npm start ask for', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    for (const name of ['selvedge', 'start']) expect(scripts[name]).toMatch(/^node scripts\/build-if-changed\.ts && /)
  })
})
