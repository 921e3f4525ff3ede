/** Checks the Node version for verbs that need a newer one than the package does. */
import { Fault } from '../manifest/yaml/fault.ts'

/** The version that miniflare and wrangler need. */
const LEAST_MAJOR = 22

/** @throws {Fault} where `dev` would run on an older Node. */
export function assertNodeOfDev(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= LEAST_MAJOR) return
  throw new Fault(`dev needs Node ${LEAST_MAJOR} or later, as miniflare and wrangler do; this is Node ${version}.`)
}
