/** Follows the text of a file, however an editor writes it. */
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds between two reads. Polling works on every file system, and when the file is replaced. */
const POLL_MS = 150
/** A text that is unchanged for this many milliseconds counts as complete. */
const STABLE_MS = 40

export interface TextEvents {
  /** The text has changed. Calls do not overlap. */
  text(text: string): Promise<void>
  /** The file cannot be read. */
  unreadable(error: Error): void
}

/** Watches `file`, whose text is `known`, until the returned function is called. */
export function watchText(file: string, known: string, events: TextEvents): () => void {
  let last: string | undefined = known
  let queue = Promise.resolve()
  let stopped = false

  async function look(): Promise<void> {
    if (stopped) return
    const text = await stable(file).catch((error: Error) => error)
    if (stopped) return
    if (text instanceof Error) {
      if (last !== undefined) events.unreadable(text)
      last = undefined
      return
    }
    if (text === last) return
    last = text
    await events.text(text)
  }

  const listener = () => {
    queue = queue.then(look)
  }
  watchFile(file, { interval: POLL_MS }, listener)
  // A first look now: the file may have changed since it was read.
  listener()
  return () => {
    stopped = true
    unwatchFile(file, listener)
  }
}

async function stable(file: string): Promise<string> {
  for (let text = await readFile(file, 'utf8'); ; ) {
    await sleep(STABLE_MS)
    const again = await readFile(file, 'utf8')
    if (again === text) return text
    text = again
  }
}
