/** Runs workerd as a child process. */
import type { Miniflare, V4WorkerdStructuredLog, V4WorkerOptions } from 'miniflare'
import { faultOf } from '../../manifest/yaml/fault.ts'
import { loadMiniflare } from './peers.ts'
import { HOST } from './port.ts'

/**
 * Resolves once workerd runs these Workers.
 *
 * @param log called with what the Workers write to their console.
 */
export async function startWorkerd(workers: V4WorkerOptions[], log: (line: string) => void): Promise<Miniflare> {
  const { Miniflare, convertV4MiniflareOptions } = await loadMiniflare()
  const config = convertV4MiniflareOptions({
    workers,
    host: HOST,
    // Without it, Miniflare asks Cloudflare for the location of this machine.
    cf: false,
    logRequests: false,
    handleStructuredLogs: ({ message }: V4WorkerdStructuredLog) => log(message),
  })
  const miniflare = keepingSignals(() => new Miniflare(config))
  try {
    await miniflare.ready
    return miniflare
  } catch (cause) {
    // After a failed start, dispose fails, too.
    await miniflare.dispose().catch(() => {})
    throw faultOf('workerd did not start:', cause, reasonOf(cause))
  }
}

/** The error lines of workerd, each JSON, where there are any. Otherwise the given message. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const said = text.matchAll(/^\{"timestamp.*"message":("(?:[^"\\]|\\.)*").*$/gm)
  const messages = [...said].map(([, message = '""']) => JSON.parse(message) as string)
  return messages.length > 0 ? messages.join('\n') : text
}

/** Miniflare ends the process on a signal. Signals that had a listener before keep that listener alone. */
function keepingSignals<Made>(make: () => Made): Made {
  const before = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({
    signal,
    listeners: process.listeners(signal),
  }))
  const made = make()
  for (const { signal, listeners } of before) {
    if (listeners.length === 0) continue
    for (const listener of process.listeners(signal)) {
      if (!listeners.includes(listener)) process.removeListener(signal, listener)
    }
  }
  return made
}
