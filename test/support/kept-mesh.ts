/** The built mesh and its control plane in Miniflare, in a process of its own, with all that they store on disk: killed and started again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeptProcess, keptProcess } from './kept-process.ts'

export interface KeptMesh extends Pick<KeptProcess, 'url' | 'start' | 'kill'> {
  /** What stands in KV under these names. */
  inKv(names: readonly string[]): Promise<(string | null)[]>
  dispose(): Promise<void>
}

/** @param token the control plane's `ADMIN_TOKEN`. */
export function keptMesh(token: string): KeptMesh {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-kept-'))
  const child = keptProcess(new URL('kept-mesh-child.ts', import.meta.url), folder, token)
  return {
    get url() {
      return child.url
    },
    start: child.start,
    kill: child.kill,
    inKv: (names) => child.ask(names) as Promise<(string | null)[]>,
    async dispose() {
      await child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
