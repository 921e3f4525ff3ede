/** The browser's clock: the one place of the dashboard that asks for the time, or waits. */

/** Milliseconds since the epoch. */
export function now(): number {
  return Date.now()
}

/** Calls once, later. @returns what calls it off. */
export function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
}
