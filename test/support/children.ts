/** Processes that a process has started, for who kills a runtime with all that it runs. */
import { readdirSync, readFileSync } from 'node:fs'

/** Their ids. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((each) => {
      try {
        // pid (command) state parent …
        const [, parent] = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${each}/stat`, 'utf8')) ?? []
        return Number(parent) === pid
      } catch {
        return false
      }
    })
}
