/** The whole shop on this machine: the mesh and three Workers in workerd, bank and payment as Node servers, payment as a Lambda. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFree } from '../../src/cli/dev/port.ts'
import { type Dev, startDev } from '../../src/cli/dev/start-dev.ts'
import { KEYS, type LambdaFake } from '../../test/support/lambda-fake.ts'
import { newKey, type ShopKey, trustVars } from './keys.ts'
import { startPaymentLambda } from './lambda.ts'
import type { Told } from './told.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** What a function answers: itself, and the answer of the one it asked. */
export interface Answer {
  service: string
  at?: string
  told: Told
  customer?: Answer
  payment?: Answer
  bank?: Answer
}

export interface Called {
  status: number
  /** What the mesh says of an answer of its own: `selvedge-error`. */
  error: string | undefined
  /** What the mesh did to get this answer: `proxy-status`. */
  proxyStatus: string | undefined
  ms: number
  answer: Answer | undefined
}

export interface Shop {
  readonly url: string
  readonly registryFile: string
  /** How old a record may be before the mesh asks KV again. */
  readonly fresh: string
  readonly bank: Upstream
  /** The same service as the Worker "payment", elsewhere. */
  readonly payment: Upstream
  /** The same service once more, as a Lambda function. */
  readonly lambda: LambdaFake
  /** Two more banks, not in the registry yet. */
  readonly branch: Upstream
  readonly agency: Upstream
  /** Writes a record into KV, as `wrangler kv key put` does. */
  put(service: string, record: string): Promise<void>
  /** Calls a service through the mesh, from outside. A call that ends in an error of the network is told as status 0. */
  call(path: string, headers?: Record<string, string>, method?: string): Promise<Called>
  /** The keys of the mesh, and of a partner, which are of this run alone. */
  readonly keys: { readonly mesh: ShopKey; readonly partner: ShopKey }
  close(): Promise<void>
}

export interface ShopOptions {
  /** Where the mesh listens; 0 takes any port that is free. */
  port?: number
  /** Without one the admin API is off. */
  adminToken?: string
  note?: (line: string) => void
}

/** The mesh asks KV again when a record is older: ten times fresher than by default, so that nobody waits long for an edit. */
const FRESH_MS = 500
/** By then a service that is called has been asked for anew, whatever was read of it before. */
export const TWO_REFRESHES_MS = 2 * FRESH_MS + 200

const HERE = fileURLToPath(new URL('.', import.meta.url))
const REGISTRY = relative('', join(HERE, 'registry.yaml'))
/** The ports that registry.yaml speaks of. */
const BANK_PORT = 8790
const PAYMENT_PORT = 8791
const LAMBDA_PORT = 8792
/** No call of the demo may hang. */
const CALL_MS = 8000

export async function openShop({ port = 0, adminToken, note = () => {} }: ShopOptions = {}): Promise<Shop> {
  const open: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of open.splice(0).reverse()) await end()
  }
  try {
    const bank = await startUpstream('bank', BANK_PORT)
    open.push(() => bank.kill())
    const payment = await startUpstream('payment', PAYMENT_PORT)
    open.push(() => payment.kill())
    const lambda = await startPaymentLambda((await isFree(LAMBDA_PORT)) ? LAMBDA_PORT : 0)
    open.push(() => lambda.close())
    const branch = await startUpstream('bank')
    open.push(() => branch.kill())
    const agency = await startUpstream('bank')
    open.push(() => agency.kill())
    const registry = await registryFor({
      [BANK_PORT]: bank.url,
      [PAYMENT_PORT]: payment.url,
      [LAMBDA_PORT]: lambda.url,
    })
    open.push(registry.remove)
    const keys = { mesh: await newKey('mesh-1'), partner: await newKey('partner-1') }
    const vars = { ...trustVars(keys.mesh, keys.partner), ...tokenOf(adminToken) }
    const mesh = await startMesh(registry.file, port, vars, note)
    open.push(() => mesh.dispose())
    return {
      url: mesh.url,
      registryFile: registry.file,
      fresh: mesh.fresh,
      bank,
      payment,
      lambda,
      branch,
      agency,
      put: (service, record) => mesh.kv.put(`services/${service}`, record),
      call: (path, headers = {}, method = 'GET') => call(`${mesh.url}/svc/${path}`, headers, method),
      keys,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function startMesh(
  registry: string,
  port: number,
  vars: Readonly<Record<string, string>>,
  note: (line: string) => void,
): Promise<Dev> {
  return startDev({
    registry,
    port,
    with: ['order', 'customer', 'payment', 'naive'].map((dir) => join(HERE, dir)),
    worker: new URL('../../dist/worker.js', import.meta.url),
    parts: join(HERE, 'mesh.ts'),
    // The keys stand here as secrets do where it is deployed (wrangler secret put).
    vars: {
      MESH_FRESH: `${FRESH_MS}ms`,
      ...KEYS,
      ...vars,
    },
    on: { note, warn: (line) => note(`warning: ${line}`), log: note },
  })
}

function tokenOf(adminToken: string | undefined): Readonly<Record<string, string>> {
  return adminToken === undefined ? {} : { ADMIN_TOKEN: adminToken }
}

/** registry.yaml itself, or a copy of it where a port it speaks of was taken: `urls` by those ports. */
async function registryFor(urls: Record<number, string>): Promise<{ file: string; remove: () => Promise<void> }> {
  const moved = Object.entries(urls).filter(([port, url]) => !url.endsWith(`:${port}`))
  if (moved.length === 0) return { file: REGISTRY, remove: async () => {} }
  const dir = await mkdtemp(join(tmpdir(), 'selvedge-shop-'))
  const file = join(dir, 'registry.yaml')
  let text = readFileSync(REGISTRY, 'utf8')
  for (const [port, url] of moved) text = text.replaceAll(`http://127.0.0.1:${port}`, url)
  await writeFile(file, text)
  return { file, remove: () => rm(dir, { recursive: true }) }
}

async function call(url: string, headers: Record<string, string>, method: string): Promise<Called> {
  const startedAt = performance.now()
  const ms = () => performance.now() - startedAt
  try {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(CALL_MS) })
    const text = await response.text()
    return {
      status: response.status,
      error: response.headers.get('selvedge-error') ?? undefined,
      proxyStatus: response.headers.get('proxy-status') ?? undefined,
      ms: ms(),
      answer: response.ok ? (JSON.parse(text) as Answer) : undefined,
    }
  } catch (error) {
    return { status: 0, error: String(error), proxyStatus: undefined, ms: ms(), answer: undefined }
  }
}
