/** `selvedge types`: what it writes is compiled, with calls of right names and of wrong ones. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { serviceTypes } from '../../../src/cli/service-types.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'
import { selvedge } from '../../support/selvedge.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Beneath the repository, so that its packages are found. */
const dir = mkdtempSync(join(ROOT, 'test/cli/commands/.types-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const REGISTRY =
  'services/users: https://users.example.com\norders: { endpoints: [{ binding: ORDERS }] }\n"*.shop": { alias: orders }\nusers@pr-1: https://pr.example.com\n'

const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

/** The lines of a file that do not compile. */
async function wrongLines(file: string): Promise<number[]> {
  const config = write(
    'tsconfig.json',
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      include: [],
      files: [file],
      compilerOptions: { noEmit: true },
    }),
  )
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'tsc', '-p', config], { cwd: ROOT }).catch(
    (error: { stdout: string }) => error,
  )
  const lines = stdout.split('\n').filter((line) => line.includes('error TS'))
  // Nothing but the calls: an import that is not found would explain any error.
  for (const line of lines) expect(line).toMatch(/calls\.ts\(\d+,\d+\): error TS(2345|2769)/)
  return lines.map((line) => Number(/\((\d+),/.exec(line)?.[1]))
}

const CALLS = `import { hc } from 'hono/client'
import { createMesh, type MeshFetch } from 'selvedge'
import { Hono } from 'hono'
import { selvedge, type MeshVariables } from 'selvedge/hono'
import { memoryRegistry } from 'selvedge/testing'
import type { ServiceName } from './names.ts'

const mesh = createMesh<ServiceName>({ registry: memoryRegistry() })
export const id: string = String(42)
export const right = (request: Request, call: MeshVariables<ServiceName>['mesh']) => [
  mesh.fetch('http://users'),
  mesh.fetch('https://users/42?full=1', { method: 'POST' }),
  mesh.fetch(\`http://orders/\${id}\`),
  mesh.fetch('http://orders?page=2'),
  mesh.fetch('http://eu.shop/cart'),
  mesh.fetch(new URL('http://anything/')),
  mesh.fetch(request),
  mesh.for(request).fetch('http://users/'),
  call.fetch('http://users/'),
  hc('http://users', { fetch: mesh.fetch as MeshFetch }),
  createMesh({ registry: memoryRegistry() }).fetch('http://any-name-at-all/'),
  new Hono<{ Variables: MeshVariables<ServiceName> }>().use(selvedge(() => mesh)).get('/', (c) => c.var.mesh.fetch('http://users/')),
]
export const wrong = (request: Request, call: MeshVariables<ServiceName>['mesh']) => [
  mesh.fetch('http://usres/'),
  mesh.fetch(\`http://user/\${id}\`),
  mesh.fetch('http://shop/'),
  mesh.fetch('http://users@pr-1/'),
  mesh.for(request).fetch('http://usres/'),
  call.fetch('http://usres/'),
]
`

describe('selvedge types', () => {
  it('writes the names that can be called, wildcards as templates', async () => {
    const { code, out, err } = await selvedge('types', write('registry.yaml', REGISTRY))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^\/\*\* Names that can be called: `selvedge types` wrote them, of .*registry\.yaml\. Do not edit\. \*\/\n/,
    )
    expect(out).toContain(`export type ServiceName =\n  | \`\${string}.shop\`\n  | 'orders'\n  | 'users'\n`)
  })

  it('makes a mesh on which a wrong name does not compile, and a right one does', async () => {
    const { out } = await selvedge('types', write('registry.yaml', REGISTRY))
    write('names.ts', out)
    const wrong = CALLS.split('\n').flatMap((line, index) =>
      /usres|user\/|'http:\/\/shop|@pr-1/.test(line) ? [index + 1] : [],
    )
    expect(wrong).toHaveLength(6)
    expect(await wrongLines(write('calls.ts', CALLS))).toEqual(wrong)
  })

  it('takes manifests for the names that they stand for', async () => {
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: { hostnames: ['cart.example.com'], rules: [{ backendRefs: [{ name: 'cart-v1', port: 80 }] }] },
    }
    const { out } = await selvedge('types', write('route.json', JSON.stringify(route)))
    expect(out).toContain("ServiceName =\n  | 'cart.example.com'\n")
  })

  it('asks the mesh where no file is named', async () => {
    const admin = adminFake(virtualClock(), {
      users: 'https://users.example.com',
      'users@pr-1': 'https://pr.example.com',
    })
    const { out, code } = await command({ clientOf: () => admin })('types')
    expect(code).toBe(0)
    expect(out).toContain('of http://127.0.0.1:8787.')
    expect(out).toContain("ServiceName =\n  | 'users'\n")
  })

  it('says of a registry without names that nothing can be called', () => {
    expect(serviceTypes([], 'http://127.0.0.1:8787')).toContain('export type ServiceName = never\n')
  })

  it('lets no address end the comment in which it stands', () => {
    expect(serviceTypes(['users'], 'a*/b').split('*/')).toHaveLength(2)
  })
})
