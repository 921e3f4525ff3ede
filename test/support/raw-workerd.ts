/** The built Worker in a bare `workerd serve`, as someone who hosts it runs it: a configuration, a KV service, nothing else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Answer, type CallOptions, call, type OpenCall, open } from './http-client.ts'
import { bundlePath } from './mesh-worker.ts'

const workerd = fileURLToPath(new URL('../../node_modules/workerd/bin/workerd', import.meta.url))

export interface RawWorkerd {
  readonly url: string
  readonly pid: number
  /** What it has said on stderr. */
  readonly complaints: string
  call(path: string, options?: CallOptions): Promise<Answer>
  /** A call from inside the trust boundary, by name. */
  callTrusted(name: string, path: string, options?: CallOptions): Promise<Answer>
  open(path: string, options?: CallOptions): OpenCall
  dispose(): Promise<void>
}

/** `kvAddress` is where a {@link startKv} listens. */
export async function startRawWorkerd(
  kvAddress: string,
  vars: Record<string, string> = {},
  bundle = bundlePath,
  controlVars: Record<string, string> = {},
): Promise<RawWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
  copyFileSync(bundle, join(folder, 'worker.js'))
  mkdirSync(join(folder, 'objects'))
  for (const file of ['control.js', 'record-schema.txt', 'dashboard'])
    cpSync(join(dirname(bundlePath), file), join(folder, file), { recursive: true })
  writeFileSync(join(folder, 'config.capnp'), configuration(kvAddress, vars, controlVars))
  const child = spawn(workerd, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk
  })
  try {
    const ports = await listening(child, () => complaints)
    const [url, inside] = ['http', 'inside'].map((socket) => `http://127.0.0.1:${ports.get(socket)}`) as [
      string,
      string,
    ]
    return {
      url,
      pid: child.pid as number,
      get complaints() {
        return complaints
      },
      call: (path, options) => call(url + path, options),
      callTrusted: (name, path, options) =>
        call(inside + path, { ...options, headers: { ...options?.headers, host: name } }),
      open: (path, options) => open(url + path, options),
      dispose: () => stop(child, folder),
    }
  } catch (error) {
    await stop(child, folder)
    throw error
  }
}

/** The ports that workerd took, by socket, told on its control channel. */
async function listening(child: ChildProcess, complaints: () => string): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>()
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const { event, socket, port } = JSON.parse(line)
    if (event === 'listen') ports.set(socket, port)
    if (ports.size === 2) return ports
  }
  throw new Error(`workerd did not start: ${complaints()}`)
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
}

/** The texts of the dashboard, each a module. */
const dashboard = () =>
  readdirSync(join(dirname(bundlePath), 'dashboard'))
    .map((file) => `(name = "dashboard/${file}", text = embed "dashboard/${file}"),`)
    .join('\n        ')

const texts = (vars: Record<string, string>) =>
  Object.entries(vars)
    .map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)}),`)
    .join('\n        ')

const configuration = (kvAddress: string, vars: Record<string, string>, controlVars: Record<string, string>) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "mesh", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-10-01",
      compatibilityFlags = ["enable_request_signal", "request_signal_passthrough", "no_nodejs_global_timers"],
      bindings = [
        (name = "REGISTRY", kvNamespace = "kv"),
        (name = "CONTROL", service = "control"),
        ${texts(vars)}
      ],
    )),
    (name = "control", worker = (
      modules = [
        (name = "control.js", esModule = embed "control.js"),
        (name = "record-schema.txt", text = embed "record-schema.txt"),
        ${dashboard()}
      ],
      compatibilityDate = "2026-10-01",
      bindings = [
        (name = "REGISTRY", kvNamespace = "kv"),
        (name = "REGISTRY_OBJECT", durableObjectNamespace = "RegistryObject"),
        ${texts(controlVars)}
      ],
      durableObjectNamespaces = [(className = "RegistryObject", uniqueKey = "registry", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "objects", disk = (path = "objects", writable = true)),
    (name = "kv", external = (address = ${JSON.stringify(kvAddress)}, http = ())),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "mesh"),
    (name = "inside", address = "127.0.0.1:0", http = (), service = (
      name = "mesh", entrypoint = "MeshEntrypoint", props = (json = "{ \\"caller\\": \\"inside\\" }"),
    )),
  ],
);
`
