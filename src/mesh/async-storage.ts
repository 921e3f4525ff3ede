/** AsyncLocalStorage, loaded when it is asked for: the one place that names a module of Node. */
import type { Storage } from './options.ts'

/** Not said in the `import` itself: a bundler would look for it, and warn where a Worker's compatibility date is too old to have it. */
const MODULE = 'node:async_hooks'

/** `undefined` where the platform has none: a Worker of an older compatibility date without `nodejs_compat`. */
export async function asyncStorage(): Promise<Storage | undefined> {
  try {
    const { AsyncLocalStorage }: { AsyncLocalStorage: new () => Storage } = await import(/* @vite-ignore */ MODULE)
    return new AsyncLocalStorage()
  } catch {
    return undefined
  }
}
