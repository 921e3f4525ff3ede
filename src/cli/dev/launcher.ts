/** npm, and the shell that it starts a script in: npm hands a signal to the shell, and the shell hands it to nobody. */
import { readFileSync } from 'node:fs'

/** Between two looks at them. */
const POLL_MS = 250

/** Resolves when npm, which started this process, is gone, or the shell between them. Never where npm did not start it. */
export function launcherGone(): Promise<void> {
  return new Promise((resolve) => {
    // Every script of npm's has it; who starts us otherwise may well leave us running.
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

/** `undefined` where the system does not tell, or the process is gone. */
function parentOf(pid: number): number | undefined {
  try {
    // The name of the program stands in brackets, and may hold anything: the state and the parent stand behind it.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    return undefined
  }
}
