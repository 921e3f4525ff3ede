/** Reads the bindings and secrets of a Worker from its wrangler configuration. */

import { faultOf } from '../manifest/yaml/fault.ts'
import { type Given, SECTIONS } from '../record/check/needs.ts'
import { loadWrangler } from './dev/peers.ts'

/**
 * Bindings, variables and declared secrets of a wrangler configuration.
 *
 * @param env one of its environments.
 * @throws Fault where it cannot be read.
 */
export async function readWorkerConfig(file: string, env?: string): Promise<Given> {
  const { unstable_readConfig: readConfig } = await loadWrangler()
  try {
    const config = readConfig({ config: file, ...(env === undefined ? {} : { env }) }, { hideWarnings: true })
    return {
      bindings: new Map(SECTIONS.flatMap((section) => namesIn(config, section).map((name) => [name, section]))),
      values: new Set([...Object.keys(config.vars), ...(config.secrets?.required ?? [])]),
    }
  } catch (cause) {
    throw faultOf(`${file}:`, cause)
  }
}

/** The names of the bindings in a section: the field is `binding`, or `name` in some sections. */
function namesIn(config: object, section: string): string[] {
  let part: unknown = config
  for (const step of section.split('.')) part = (part as Readonly<Record<string, unknown>> | undefined)?.[step]
  const all = (part ?? []) as readonly { readonly binding?: string; readonly name?: string }[]
  return all.flatMap(({ binding, name }) => binding ?? name ?? [])
}
