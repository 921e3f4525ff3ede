import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchText } from '../../../src/cli/dev/watch-text.ts'

// A real file system: the one place here where time is waited for.
describe('watchText', () => {
  let dir: string
  let file: string
  let stop = () => {}
  const texts: string[] = []
  const errors: string[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'selvedge-watch-'))
    file = join(dir, 'registry.yaml')
    texts.length = 0
    errors.length = 0
    await writeFile(file, 'one')
    stop = watchText(file, 'one', {
      text: async (text) => void texts.push(text),
      unreadable: (error) => errors.push(error.message),
    })
  })

  afterEach(async () => {
    stop()
    await rm(dir, { recursive: true })
  })

  const seen = (...expected: string[]) => vi.waitFor(() => expect(texts).toEqual(expected), { timeout: 20_000 })

  it('tells each new text, written in place or moved there, and nothing for a touch', async () => {
    await writeFile(file, 'two')
    await seen('two')
    await writeFile(file, 'two')
    await writeFile(join(dir, 'new'), 'three')
    await rename(join(dir, 'new'), file)
    await seen('two', 'three')
  })

  it('tells once that a file is gone, and goes on when it is back', async () => {
    await rm(file)
    await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 20_000 })
    expect(errors[0]).toContain('ENOENT')
    await writeFile(file, 'back')
    await seen('back')
  })
})
