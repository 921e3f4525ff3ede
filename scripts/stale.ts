/** Is something that was made older than what it is made of? */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @param madeOf files and folders. What is made is stale, too, where a part of it is not there. */
export function isStale(root: string, madeOf: readonly string[], made: readonly string[]): boolean {
  const youngest = Math.max(...madeOf.flatMap((path) => times(join(root, path))))
  const oldest = Math.min(...made.flatMap((path) => times(join(root, path))))
  return !(youngest < oldest)
}

/** When a file, or a folder and all that is in it, was written; a folder is written where a file in it is removed. */
function times(path: string): number[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return [Number.NaN]
  if (!stat.isDirectory()) return [stat.mtimeMs]
  return [stat.mtimeMs, ...readdirSync(path).flatMap((name) => times(join(path, name)))]
}
