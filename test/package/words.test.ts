/** What editors are told is carried by none that answers requests. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { WORDS } from '../../scripts/schema/words.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

async function bundle(entry: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    loader: { '.txt': 'empty' },
    logLevel: 'silent',
  })
  return { code: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) }
}

/** As a minified text would hold it, whatever its quotes. */
const sentences = Object.values(WORDS)
  .map(({ description }) => description.split(/["'`\n]/).sort((one, other) => other.length - one.length)[0] ?? '')
  .filter(({ length }) => length > 30)

describe.each(['src/index.ts', 'src/hono.ts', 'src/worker/worker.ts'])('the bundle of %s', (entry) => {
  it('has no words.ts, and no sentence of one', async () => {
    const { code, files } = await bundle(entry)
    expect(sentences.length).toBeGreaterThan(100)
    expect(files.filter((file) => file.endsWith('words.ts'))).toEqual([])
    // The JSON Schema, where a Worker serves it, is a file of its own that is made of them.
    const served = files.some((file) => file.includes('record-schema'))
    if (!served) expect(sentences.filter((sentence) => code.includes(sentence))).toEqual([])
  })
})

it('is gathered from the folder of each feature that a record may speak of', () => {
  const folders = readdirSync(`${root}src/features`, { recursive: true, encoding: 'utf8' })
  const speaking = folders.filter((file) => file.endsWith('/policy.ts')).map((file) => file.replace('policy.ts', ''))
  const told = folders.filter((file) => file.endsWith('/words.ts')).map((file) => file.replace('words.ts', ''))
  expect(told.sort()).toEqual(speaking.sort())
})
