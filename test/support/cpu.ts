/** How long something takes, on a machine that has other work too. */

export interface Timed<Result> {
  readonly result: Result
  /** Milliseconds of CPU, of all threads of this process: what waits for a core takes none. */
  readonly cpuMs: number
}

export function timed<Result>(work: () => Result): Timed<Result> {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, cpuMs: (user + system) / 1000 }
}
