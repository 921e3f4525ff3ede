import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { ABSENT_LIBRARIES } from '../../scripts/absent-libraries.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What an embedder's bundle would hold: the code, the files it came from, and what it still imports. */
async function bundle(entry: string, external: string[] = []) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*', ...external],
    alias: ABSENT_LIBRARIES,
    logLevel: 'silent',
  })
  const [output] = Object.values(metafile.outputs)
  return {
    code: outputFiles[0]?.text ?? '',
    files: Object.keys(metafile.inputs),
    imports: output?.imports.map(({ path }) => path) ?? [],
  }
}

describe('the bundle of the library', () => {
  it('holds no hono, no node: and no cloudflare: module', async () => {
    const { code, files, imports } = await bundle('src/anywhere.ts')
    expect(imports).toEqual([])
    expect(code).not.toMatch(/["'`](node|cloudflare):/)
    expect(code.toLowerCase()).not.toContain('hono')
    const packages = files.flatMap((file) => /node_modules\/([^/]+)/.exec(file)?.[1] ?? [])
    expect([...new Set(packages)]).toEqual(['valibot'])
  })

  it('holds nothing of the Worker, of the command line or of what tests are made with', async () => {
    const { files } = await bundle('src/index.ts')
    expect(files.filter((file) => /^src\/(worker|cli|testing|hono)/.test(file))).toEqual([])
    expect(files.filter((file) => /virtual-clock|registry\/memory|bridge|own-record/.test(file))).toEqual([])
  })

  it('asks Node and workerd for one module, by a name that no bundler looks for', async () => {
    const { code, imports } = await bundle('src/index.ts')
    expect(imports).toEqual([])
    expect(code.match(/["'`](node|cloudflare):[^"'`]*/g)?.map((name) => name.slice(1))).toEqual(['node:async_hooks'])
  })

  it('computes nothing when it is loaded: at module scope there is no clock, no chance and no crypto', async () => {
    const { code } = await bundle('src/index.ts')
    const url = `data:text/javascript,${encodeURIComponent(`
      for (const name of ['setTimeout', 'setInterval', 'fetch']) globalThis[name] = () => { throw new Error(name) }
      Date.now = Math.random = crypto.getRandomValues = () => { throw new Error('not at module scope') }
    `)}`
    const program = `await import(${JSON.stringify(url)}); await import(${JSON.stringify(
      `data:text/javascript,${encodeURIComponent(code)}`,
    )}); process.stdout.write('loaded')`
    // As input: an argument holds 128 KiB at most.
    const said = execFileSync(process.execPath, ['--input-type=module', '-'], { encoding: 'utf8', input: program })
    expect(said).toBe('loaded')
  })
})

describe('the bundle of a function elsewhere', () => {
  it('asks Node for one module, and no package but the schema library', async () => {
    for (const entry of ['src/index-node.ts', 'src/node.ts']) {
      const { code, files, imports } = await bundle(entry)
      expect(imports).toEqual([])
      const asked = new Set(code.match(/["'`](node|cloudflare):[^"'`]*/g)?.map((name) => name.slice(1)))
      expect([...asked]).toEqual(entry === 'src/node.ts' ? [] : ['node:async_hooks'])
      const packages = files.flatMap((file) => /node_modules\/([^/]+)/.exec(file)?.[1] ?? [])
      expect([...new Set(packages)]).toEqual(entry === 'src/node.ts' ? [] : ['valibot'])
    }
  })
})

describe('the bundle of the Worker', () => {
  it('imports nothing that workerd would have to be given', async () => {
    const { code, imports } = await bundle('src/worker/worker.ts')
    expect(imports).toEqual([])
    expect(code).not.toContain('async_hooks')
  })

  it('has neither other clouds nor the schema, where one composes it without', async () => {
    const { files } = await bundle('examples/lean/worker.ts')
    expect(files).toContain('src/worker/worker.ts')
    const { code } = await bundle('examples/lean/worker.ts')
    expect(code).not.toMatch(/AWS4-HMAC-SHA256|defaultSnippets/)
    expect((await bundle('src/worker/worker.ts')).code).toContain('AWS4-HMAC-SHA256')
  })

  it('gives the control plane its texts as modules', async () => {
    const { code, imports } = await bundle('src/control/control.ts', ['*.txt'])
    const pages = ['app.js', 'charts.js', 'editor.js', 'index.html', 'layout.js', 'style.css']
    const texts = [...pages.map((name) => `./dashboard/${name}.txt`), './record-schema.txt']
    expect([...new Set(imports)].sort()).toEqual([...texts, 'cloudflare:workers'])
    expect(code).not.toContain('defaultSnippets')
  })
})

/** What makes a young isolate load ICU (13 ms) or Node's `process` (6 ms). */
const SLOW = /\.toLocale[A-Z]\w*|\bIntl\b|\.localeCompare\b|\bprocess\s*(\?\.|\.|\[)/g

describe('what workerd runs', () => {
  it.each([['src/worker/worker.ts'], ['src/index.ts'], ['src/hono.ts'], ['src/control/control.ts', '*.txt']])(
    'loads in %s neither ICU nor the process of Node',
    async (entry, ...external) => {
      const { code } = await bundle(entry, external)
      expect(code.length).toBeGreaterThan(1_000)
      expect(code.match(SLOW)).toBeNull()
    },
  )

  it('would be found where it stood', () => {
    for (const line of [
      "n.toLocaleString('en')",
      'new Intl.Collator()',
      'a.localeCompare(b)',
      'globalThis.process?.env',
    ])
      expect(line.match(SLOW)).not.toBeNull()
  })
})

describe('what an editor is told', () => {
  it.each(['src/index.ts', 'src/cloud.ts', 'src/worker/worker.ts', 'src/durable/registry-object.ts'])(
    'is not in the bundle of %s',
    async (entry) => {
      const { files } = await bundle(entry)
      expect(files.filter((file) => file.endsWith('/words.ts'))).toEqual([])
    },
  )
})

describe('what reads records and sends nothing', () => {
  const SENDS =
    /^src\/targets\/(.*\/)?(send|sent|reach|road|roads|cloud|clouds|forward|secret|lambda\S*|sigv4|id-token)\.ts$/
  const EXTERNAL = ['miniflare', 'wrangler', 'esbuild', 'node:*']

  it.each(['src/record/parse.ts', 'src/durable/registry-object.ts'])(
    'knows the kinds of target, and no road to them: %s',
    async (entry) => {
      const { files } = await bundle(entry, EXTERNAL)
      expect(files.length).toBeGreaterThan(10)
      expect(files.filter((file) => SENDS.test(file))).toEqual([])
    },
  )

  it('loads them into the command where a decision is told alone', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/cli/cli.ts'],
      bundle: true,
      write: false,
      metafile: true,
      splitting: true,
      outdir: 'out',
      platform: 'node',
      format: 'esm',
      external: EXTERNAL,
      logLevel: 'silent',
    })
    const { outputs } = metafile
    const loaded = new Set<string>()
    const load = (path: string) => {
      if (loaded.has(path)) return
      loaded.add(path)
      for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') load(next)
    }
    const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === 'src/cli/cli.ts') ?? ''
    load(entry)
    const files = [...loaded].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    expect(files).toContain('src/cli/program.ts')
    expect(files.filter((file) => SENDS.test(file) || file.startsWith('src/mesh/'))).toEqual([])
  })

  it('does not hold for the library, which has all roads', async () => {
    const { files } = await bundle('src/index.ts')
    expect(files.filter((file) => SENDS.test(file)).length).toBeGreaterThan(10)
  })
})

describe('the decision that is told', () => {
  it.each(['src/index.ts', 'src/worker/worker.ts', 'examples/lean/worker.ts'])(
    'is not in the data plane: %s',
    async (entry) => {
      const { files } = await bundle(entry)
      expect(files).toContain('src/mesh/stack.ts')
      expect(files.filter((file) => file.startsWith('src/mesh/told/'))).toEqual([])
    },
  )
})

describe('what is recorded of requests, and replayed', () => {
  it.each(['src/index.ts', 'src/hono.ts', 'examples/lean/worker.ts'])('is not in the bundle of %s', async (entry) => {
    const { files, code } = await bundle(entry)
    expect(files.filter((file) => file.startsWith('src/mesh/simulate/'))).toEqual([])
    expect(code).not.toContain('{number}')
  })

  it('is recorded by the Worker that is deployed, and replayed by the control plane alone', async () => {
    const [worker, control] = await Promise.all([
      bundle('src/worker/worker.ts'),
      bundle('src/control/control.ts', ['*.txt']),
    ])
    expect(worker.code).toContain('{number}')
    expect(worker.files.filter((file) => file.startsWith('src/mesh/simulate/'))).toEqual([])
    expect(control.files).toContain('src/mesh/simulate/simulate.ts')
  })
})

describe('the way to other clouds', () => {
  it('is in the bundle of whoever asks for it alone', async () => {
    const AWAY = /^src\/targets\/(clouds|aws\/(lambda.*|sig.*|event-stream|amazons)|google\/(send|id-token))\.ts$/
    const [library, cloud] = await Promise.all([bundle('src/index.ts'), bundle('src/cloud.ts')])
    expect(library.files.filter((file) => AWAY.test(file))).toEqual([])
    expect(cloud.files.filter((file) => AWAY.test(file)).length).toBeGreaterThan(8)
  })
})

describe('the bundle of the middleware', () => {
  it('imports nothing of hono but types: the app brings its own', async () => {
    const { files } = await bundle('src/hono.ts')
    expect(files.filter((file) => file.includes('node_modules/hono'))).toEqual([])
  })
})

describe('the admin API', () => {
  it.each(['src/worker/worker.ts', 'examples/lean/worker.ts', 'src/index.ts', 'src/hono.ts'])(
    'is not in the bundle of %s, nor what it is described with',
    async (entry) => {
      const { files } = await bundle(entry)
      expect(files.filter((file) => /^src\/(admin|control|manifest)\/|node_modules\/(hono|yaml)/.test(file))).toEqual(
        [],
      )
    },
  )

  it('takes along no schema library but ours', async () => {
    const { files } = await bundle('src/control/control.ts', ['*.txt'])
    expect(files).toContain('src/admin/api.ts')
    expect(files.filter((file) => /node_modules\/(zod|arktype|effect|sury|@sinclair)/.test(file))).toEqual([])
  })

  it('has a client that brings nothing', async () => {
    const { files, imports } = await bundle('src/admin/client.ts')
    const groups = ['condition', 'history', 'later', 'records', 'traffic', 'trust']
    const parts = groups.map((group) => `src/admin/client/${group}.ts`)
    expect([files.toSorted(), imports]).toEqual([
      ['src/admin/asking.ts', 'src/admin/client.ts', ...parts].toSorted(),
      [],
    ])
  })
})

describe('wrangler.control.toml', () => {
  it('leaves out what the build leaves out', () => {
    const config = readFileSync(`${root}wrangler.control.toml`, 'utf8')
    const [, aliases = ''] = /^\[alias\]\n((?:.+\n)+)/m.exec(config) ?? []
    const named = [...aliases.matchAll(/^"(.+)" = "\.\/scripts\/absent\.ts"$/gm)].map(([, name]) => name)
    expect(named).toEqual(Object.keys(ABSENT_LIBRARIES))
  })
})
