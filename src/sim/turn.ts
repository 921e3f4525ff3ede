/** Lets everything that is under way run on until it waits for time to pass. */

/** One turn of the event loop: promises run to their ends before it comes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
