/** The end of a command that runs until it is told to stop. */
import { launcherGone } from './launcher.ts'

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP (a terminal that is closed), and where npm, which started the command,
 * is gone. A second signal ends the process at once.
 *
 * To be called before anything is started, so that nothing started is left behind.
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
    // Nobody reads any more: what is written then must not end us before what we started.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => resolve())
    void launcherGone().then(resolve)
  })
}
