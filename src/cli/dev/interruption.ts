/** Waits until a running command is told to stop. */
import { launcherGone } from './launcher.ts'

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal was closed), or when the npm that started the command has
 * ended. A second signal ends the process at once.
 *
 * Call it before anything is started, so that nothing that was started is left running.
 */
export function interruption(): Promise<void> {
  return new Promise((resolve) => {
    const heard: NodeJS.Signals[] = []
    const listener = (signal: NodeJS.Signals) => {
      heard.push(signal)
      if (heard.length > 1) process.exit(2)
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
    // Nobody reads the output any more. A failed write must not end this process before those it has started.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => resolve())
    void launcherGone().then(resolve)
  })
}
