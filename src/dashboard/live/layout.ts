/** Has a graph laid out, beside the page. */
import type { Layout, LayoutQuestion } from '../chunks/layout.ts'

export interface Laying {
  readonly laid: Promise<Layout>
  /** Nobody wants it any more. */
  stop(): void
}

export function layOut(question: LayoutQuestion): Laying {
  const worker = new Worker(new URL('../chunks/layout.ts', import.meta.url), { type: 'module' })
  const laid = new Promise<Layout>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Layout>) => {
      resolve(data)
      worker.terminate()
    })
    worker.addEventListener('error', (event) => reject(new Error(event.message || 'The layout could not be loaded.')))
    worker.postMessage(question)
  })
  return { laid, stop: () => worker.terminate() }
}
