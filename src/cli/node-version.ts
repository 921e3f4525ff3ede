/** Which Node a verb needs where that is more than the package does: told in a line, before anything breaks. */
import { Fault } from '../manifest/yaml/fault.ts'

/** What miniflare and wrangler ask for. */
const LEAST_MAJOR = 22

/** @throws {Fault} where `dev` would run on an older Node. */
export function assertNodeOfDev(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= LEAST_MAJOR) return
  throw new Fault(`dev needs Node ${LEAST_MAJOR} or later, as miniflare and wrangler do; this is Node ${version}.`)
}
