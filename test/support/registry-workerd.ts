/** The registry's object in a bare `workerd serve` with its storage on disk: a process that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { RegistryEngine } from '../../src/durable/registry-engine.ts'

const workerd = fileURLToPath(new URL('../../node_modules/workerd/bin/workerd', import.meta.url))

type Method = Exclude<keyof RegistryEngine, 'ready' | 'turn' | 'nextAt'>

export interface RegistryWorkerd {
  start(): Promise<void>
  /** `kill -9`: nothing is said, nothing is ended. */
  kill(): Promise<void>
  /** Its disk is gone, and it with it. */
  lose(): Promise<void>
  /** Calls the object. */
  call<M extends Method>(
    method: M,
    ...args: Parameters<RegistryEngine[M]>
  ): Promise<Awaited<ReturnType<RegistryEngine[M]>>>
  dispose(): Promise<void>
}

/** `kvAddress` is where a {@link startKv} listens. */
export async function registryWorkerd(kvAddress: string): Promise<RegistryWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-registry-'))
  mkdirSync(join(folder, 'disk'))
  await build({
    entryPoints: [fileURLToPath(new URL('registry-front.ts', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*'],
    logLevel: 'warning',
  })
  writeFileSync(join(folder, 'config.capnp'), configuration(kvAddress, join(folder, 'disk')))
  let child: ChildProcess | undefined
  let url = ''

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return {
    async start() {
      child = spawn(workerd, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
        stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
      })
      for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
        const event = JSON.parse(line)
        if (event.event !== 'listen') continue
        url = `http://127.0.0.1:${event.port}`
        return
      }
      throw new Error('workerd did not start.')
    },
    kill,
    async lose() {
      await kill()
      rmSync(join(folder, 'disk'), { recursive: true, force: true })
      mkdirSync(join(folder, 'disk'))
    },
    async call(method, ...args) {
      const response = await fetch(`${url}/${method}`, { method: 'POST', body: JSON.stringify(args) })
      const { answer, error } = (await response.json()) as { answer?: never; error?: string }
      if (error !== undefined) throw new Error(error)
      return answer as never
    },
    async dispose() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const configuration = (kvAddress: string, disk: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "control", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-10-01",
      bindings = [
        (name = "REGISTRY", kvNamespace = "kv"),
        (name = "REGISTRY_OBJECT", durableObjectNamespace = "RegistryObject"),
      ],
      durableObjectNamespaces = [(className = "RegistryObject", uniqueKey = "registry", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
    )),
    (name = "kv", external = (address = ${JSON.stringify(kvAddress)}, http = ())),
    (name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "control")],
);
`
