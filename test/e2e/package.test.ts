/** What is published, in an empty folder: it has the command and all that the library needs, and brings nothing else. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { type InstalledPackage, installPackage, nodes } from '../support/installed-package.ts'

/** Calls a function in memory, one at AWS, whose signature needs what selvedge/cloud brings, and one behind Node's http server, over its address. */
const PROGRAM = `
import { once } from 'node:events'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { createMesh, kvRegistry, MeshError, viaMesh } from 'selvedge'
import { cloud } from 'selvedge/cloud'
import { selvedge } from 'selvedge/hono'
import { lambdaHandler, nodeListener } from 'selvedge/node'
import { Refused, saga, sagas } from 'selvedge/saga'
import { simulate } from 'selvedge/sim'
import { createTestMesh, memoryRegistry, testSaga } from 'selvedge/testing'

for (const exported of [kvRegistry, lambdaHandler, MeshError, nodeListener, sagas, selvedge, simulate])
  if (typeof exported !== 'function') throw new TypeError(String(exported))

const tested = createTestMesh({ users: () => new Response('ada') })
console.log(await (await tested.clock.run(tested.fetch('http://users/'))).text())

const pay = saga('pay').pivot('charge', () => {
  throw new Refused('too little')
})
console.log((await testSaga(pay, { services: {} }).run()).because)

const credentials = { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' }
const mesh = createMesh({
  cloud,
  registry: memoryRegistry({ fn: { endpoints: [{ url: 'https://fn.example.com', credentials }] } }),
  env: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' },
  fetch: async (url, init) => new Response(new Request(url, init).headers.get('authorization')),
})
console.log((await (await mesh.fetch('http://fn/')).text()).split(' ')[0])

const headers = { 'content-encoding': 'gzip' }
const plain = (request) => new Response(new URL(request.url).pathname)
const packed = () => new Response(gzipSync('unpacked'), { headers })
const fetchHere = (request) => (request.url.endsWith('/packed') ? packed() : plain(request))
const server = createServer(nodeListener({ fetch: fetchHere })).listen(0, '127.0.0.1')
await once(server, 'listening')
const here = createMesh({ registry: viaMesh('http://127.0.0.1:' + server.address().port) })
console.log(await (await here.fetch('http://users/42')).text())
const unpacked = await here.fetch('http://users/packed')
console.log(unpacked.headers.get('content-encoding'), await unpacked.text())
server.closeAllConnections()
server.close()
`

const SAID = ['ada', 'too little', 'AWS4-HMAC-SHA256', '/svc/users/42', 'null unpacked']

let installed: InstalledPackage

beforeAll(async () => {
  installed = await installPackage()
  writeFileSync(join(installed.folder, 'program.js'), PROGRAM)
})
afterAll(() => installed?.dispose())

const list = (folder: string) =>
  readdirSync(join(installed.folder, folder)).filter((name) => name !== '.package-lock.json')

describe('the package, installed', () => {
  it('brings itself and what it depends on, and no Node', () => {
    expect(list('node_modules').sort()).toEqual(['.bin', ...Object.keys(pkg.dependencies), 'selvedge'].sort())
    expect(list('node_modules/.bin')).toEqual(['selvedge'])
    // Without a network npm passes over what is optional, in silence.
    const published = readFileSync(join(installed.folder, 'node_modules/selvedge/package.json'), 'utf8')
    expect(JSON.parse(published)).not.toHaveProperty('optionalDependencies')
  })

  it('is small', () => {
    const files = readdirSync(join(installed.folder, 'node_modules/selvedge'), { recursive: true, withFileTypes: true })
    const bytes = files
      .filter((file) => file.isFile())
      .reduce((sum, file) => sum + readFileSync(join(file.parentPath, file.name)).length, 0)
    expect(bytes).toBeGreaterThan(1_000_000)
    // With the control plane, its pages, the command and the documentation.
    expect(bytes).toBeLessThan(5_500_000)
  })

  it('imports nothing that is neither a dependency nor an optional peer', () => {
    const known = [...Object.keys(pkg.dependencies), ...Object.keys(pkg.peerDependencies)]
    const folder = join(installed.folder, 'node_modules/selvedge/dist/lib')
    const imports = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/^(?:import|export) .*?from '([^'.][^']*)'/gm),
      ])
      .map(([, specifier = '']) => specifier)
      .filter((specifier) => !specifier.startsWith('cloudflare:') && !builtinModules.includes(specifier))
    expect(imports).toContain('valibot')
    expect(imports.filter((specifier) => !known.includes(specifier))).toEqual([])
  })

  it('carries the licenses of what it has bundled', () => {
    const text = readFileSync(join(installed.folder, 'node_modules/selvedge/dist/licenses.txt'), 'utf8')
    const named = text.match(/^\S+(?= \d+\.\d+\.\d+$)/gm)
    expect(named).toEqual([
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/lang-json',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/state',
      '@codemirror/streamparser',
      '@codemirror/view',
      '@dagrejs/dagre',
      '@hono/standard-validator',
      '@lezer/common',
      '@lezer/highlight',
      '@lezer/json',
      '@lezer/lr',
      '@marijn/find-cluster-break',
      '@preact/signals',
      '@preact/signals-core',
      '@standard-community/standard-json',
      '@standard-community/standard-openapi',
      '@valibot/to-json-schema',
      'aws4fetch',
      'commander',
      'crelt',
      'hono',
      'hono-openapi',
      'jose',
      'preact',
      'quansync',
      'style-mod',
      'uplot',
      'valibot',
      'w3c-keyname',
      'yaml',
    ])
    expect(text.match(/copyright/gi)?.length).toBeGreaterThanOrEqual(5)
  })

  it('can be bundled into a Worker, with other clouds, where nothing else is installed', async () => {
    const contents = `export { default, MeshEntrypoint, createWorker } from 'selvedge/worker'\nexport { cloud } from 'selvedge/cloud'`
    const { outputFiles, errors } = await build({
      stdin: { contents, resolveDir: installed.folder },
      bundle: true,
      write: false,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      logLevel: 'silent',
    })
    expect(errors).toEqual([])
    expect(outputFiles[0]?.text).toContain('AWS4-HMAC-SHA256')
  })

  describe.each(nodes())('by %s', (node) => {
    const command = 'node_modules/.bin/selvedge'

    it('runs the library', async () => {
      expect(await installed.run(node, 'program.js')).toEqual({ code: 0, out: `${SAID.join('\n')}\n`, err: '' })
    })

    it('runs the command', async () => {
      expect(await installed.run(node, command, '--version')).toEqual({ code: 0, out: `${pkg.version}\n`, err: '' })
      writeFileSync(join(installed.folder, 'users.json'), '{ "endpoints": ["https://users.example.com"] }')
      expect(await installed.run(node, command, 'validate', '-f', 'users.json')).toMatchObject({ code: 0, err: '' })
    })

    it('says in a line what dev needs', async () => {
      const { code, err } = await installed.run(node, command, 'dev', '--port', '0')
      expect(code).toBe(2)
      expect(err).toMatch(/^selvedge: dev needs (Node 22 or later, .*|miniflare, which is not installed here: .*)\n$/)
    })
  })
})
