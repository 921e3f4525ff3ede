/** The heap that a mesh holds for the services it knows, measured in a Node process of its own. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** MiB held for so many services of 3 endpoints, each called once. */
export function heapOf(services: number): number {
  const probe = fileURLToPath(new URL('heap-probe.ts', import.meta.url))
  const printed = execFileSync(process.execPath, ['--expose-gc', '--no-warnings', probe, String(services)], {
    encoding: 'utf8',
  })
  return Number(printed) / 1_048_576
}
