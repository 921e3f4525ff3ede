/** What is asked again and again, and the second hand by which ages are told. */
import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { after, now } from '../clock.ts'
import { type Asked, nextAfter } from '../model/freshness.ts'

/** Milliseconds since the epoch, told every second while the page is seen. */
export const clock = signal(now())

export function startClock(): void {
  const tick = () => {
    if (!document.hidden) clock.value = now()
    after(1_000, tick)
  }
  tick()
}

export interface Pulse<Of> extends Asked<Of> {
  /** Asks now. */
  again(): void
}

/**
 * Asks as long as the component stands, and no more while nobody looks at the page.
 *
 * @param key what is asked: another one forgets the answer.
 * @param everyMs 0: once.
 */
export function usePulse<Of>(key: string, ask: () => Promise<Of>, everyMs: number): Pulse<Of> {
  const [asked, setAsked] = useState<Asked<Of> & { readonly key: string }>({ key })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let isOver = false
    let failures = 0
    let callOff = () => {}
    const next = (ms: number) => {
      if (everyMs > 0 && !isOver) callOff = after(ms, () => void once())
    }
    const once = async () => {
      if (document.hidden && failures === 0) return next(everyMs)
      try {
        const value = await ask()
        failures = 0
        if (!isOver) setAsked({ key, value, at: now() })
      } catch (error) {
        failures++
        if (!isOver) setAsked((before) => ({ ...(before.key === key ? before : { key }), error }))
      }
      next(nextAfter(everyMs, failures))
    }
    void once()
    return () => {
      isOver = true
      callOff()
    }
  }, [key, everyMs, turn])
  const own: Asked<Of> = asked.key === key ? asked : {}
  return { ...own, again: () => setTurn(turn + 1) }
}
