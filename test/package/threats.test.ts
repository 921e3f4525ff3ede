/** docs/threats.md names a test for each threat: each is there, and called so. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** Rows of its table, without the heading. */
const rows = [...read('docs/threats.md').matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)]
  .map(([, threat = '', , shown = '']) => ({ threat, shown }))
  .slice(2)

it('has the threats of trust', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20)
  // What cannot be prevented is said: nothing can show that it is.
  expect(rows.filter(({ shown }) => shown === '–')).toHaveLength(1)
})

it.each(rows.filter(({ shown }) => shown !== '–'))('$threat', ({ shown }) => {
  for (const one of shown.split('; ')) {
    const [, file = '', name = ''] = /^`(test\/[\w/.-]+\.test\.ts)` (.+)$/.exec(one) ?? []
    expect(file, one).not.toBe('')
    expect(read(file), file).toContain(name)
  }
})
