/** Writes a body into a stream of Node, as fast as that is read. */

/** As much of a writable stream of Node as is needed. */
export interface Sink {
  write(bytes: Uint8Array | string): boolean
  end(): unknown
  destroy(): unknown
  once(event: 'close' | 'drain', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly destroyed?: boolean
}

/**
 * Ends the stream with the body. A body that fails cuts it, so that nobody takes a part for the whole; who stops reading cancels the
 * body. Never fails.
 */
export async function pour(body: ReadableStream<Uint8Array>, to: Sink): Promise<void> {
  const reader = body.getReader()
  let wake = () => {}
  const woken = () => wake()
  const left = () => {
    wake()
    reader.cancel().catch(() => {})
  }
  to.on('error', left)
  to.once('close', left)
  // What is destroyed has been closed before, and does not say so again.
  if (to.destroyed) left()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (to.write(piece.value) || to.destroyed) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        to.once('drain', woken)
      })
    }
    to.end()
  } catch {
    to.destroy()
  }
}
