/** The end of a command that runs until it is told to stop. */

/**
 * Resolves at the first SIGINT or SIGTERM. A second one ends the process at once.
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
    process.on('SIGINT', listener)
    process.on('SIGTERM', listener)
  })
}
