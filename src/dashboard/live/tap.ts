/** A tap while somebody looks: it begins when asked to, and ends with its time, with the page, or when nobody sees it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { TapLine } from '../../admin/client.ts'
import { after } from '../clock.ts'
import { NOTHING_TAPPED, type Tapped, withLines } from '../model/tapped.ts'

/** Lines that come within so many milliseconds are drawn together. */
const TOGETHER_MS = 250

export type TapState =
  /** Nobody looks. */
  | 'off'
  | 'on'
  /** It has ended by itself: `over` says why. */
  | 'over'
  /** The page was hidden. */
  | 'hidden'
  | 'failed'

export interface Tap extends Tapped {
  readonly state: TapState
  readonly error?: unknown
  start(): void
  stop(): void
}

export function useTap(ask: (signal: AbortSignal) => AsyncIterable<TapLine>): Tap {
  const [tapped, setTapped] = useState(NOTHING_TAPPED)
  const [{ state, error }, setState] = useState<{ readonly state: TapState; readonly error?: unknown }>({
    state: 'off',
  })
  const running = useRef<AbortController>(undefined)

  function end(because: TapState): void {
    running.current?.abort()
    if (running.current) setState({ state: because })
    running.current = undefined
  }

  async function run(own: AbortController): Promise<void> {
    let waiting: TapLine[] = []
    const draw = () => {
      const lines = waiting
      waiting = []
      if (!own.signal.aborted) setTapped((before) => withLines(before, lines))
    }
    try {
      for await (const line of ask(own.signal)) {
        if (waiting.push(line) === 1) after(TOGETHER_MS, draw)
      }
      draw()
      if (!own.signal.aborted) setState({ state: 'over' })
    } catch (error) {
      if (!own.signal.aborted) setState({ state: 'failed', error })
    }
    if (running.current === own) running.current = undefined
  }

  useEffect(() => {
    const hidden = () => {
      if (document.hidden) end('hidden')
    }
    document.addEventListener('visibilitychange', hidden)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      running.current?.abort()
      running.current = undefined
    }
  }, [])

  return {
    ...tapped,
    state,
    error,
    start() {
      running.current?.abort()
      running.current = new AbortController()
      setTapped(NOTHING_TAPPED)
      setState({ state: 'on' })
      void run(running.current)
    },
    stop: () => end('off'),
  }
}
