/** Lets everything that is under way run on until it waits for time to pass. */

/** So many are asked for at once: the event loop looks for input and output once for all of them. */
const AT_ONCE = 256

/** Turns of the event loop, one for each call: promises run to their ends before it comes. */
export function turns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let asked = 0
  const end = () => {
    asked -= 1
    waiting.shift()?.()
  }
  return function turn() {
    return new Promise((resolve) => {
      waiting.push(resolve)
      // Between two of them all promises run on, as they do between two turns of the loop.
      if (asked === 0) for (; asked < AT_ONCE; asked++) setImmediate(end)
    })
  }
}
