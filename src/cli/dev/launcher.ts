/** Watches the npm that started this process. npm passes a signal to its shell, and the shell passes it to nobody. */
import { readFileSync } from 'node:fs'

/** Milliseconds between two checks. */
const POLL_MS = 250

/** Resolves when the npm that started this process, or the shell between them, has ended. Never where npm did not start it. */
export function launcherGone(): Promise<void> {
  return new Promise((resolve) => {
    // npm sets it for every script. Other launchers may end and leave this process running.
    if (process.env.npm_lifecycle_event === undefined) return
    const shell = process.ppid
    const npm = parentOf(shell)
    const timer = setInterval(() => {
      if (process.ppid === shell && parentOf(shell) === npm) return
      clearInterval(timer)
      resolve()
    }, POLL_MS)
    timer.unref()
  })
}

/** `undefined` where the system does not tell, or the process has ended. */
function parentOf(pid: number): number | undefined {
  try {
    // The program name is in brackets and may hold any text. State and parent follow it.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    return undefined
  }
}
