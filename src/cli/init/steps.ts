/** What is to become of each file of a Worker: written, changed, or left to a person. */
import { existsSync } from 'node:fs'
import { parseRegistryFile } from '../dev/registry-file.ts'
import { fileText } from '../file-text.ts'
import { MESH_BINDING, meshBinding, type Named, recordText, registryText, workerConfig, workerSource } from './files.ts'
import { jsonBinding, readJsonc, withJsonBinding } from './jsonc.ts'
import { hasTomlBinding, tomlBinding, withTomlBinding } from './toml.ts'

/** A file as it is to be; `undefined` where a person has to write it, or it is well as it is. */
export interface Step {
  readonly file: string
  readonly text: string | undefined
  /** What is said of it. */
  readonly told: string
  /** What a person has to add. */
  readonly toAdd?: string
}

/** A configuration that is there gets one binding more. */
export function edited(file: string, named: Named): Step {
  const text = fileText(file)
  const added = meshBinding(named)
  const isToml = file.endsWith('.toml')
  if (isToml ? hasTomlBinding(text, MESH_BINDING) : hasJsonBinding(text))
    return { file, text: undefined, told: 'has it' }
  const changed = isToml ? withTomlBinding(text, added) : withJsonBinding(text, added)
  if (changed !== undefined) return { file, text: changed, told: 'changed' }
  const toAdd = isToml ? tomlBinding(added) : `"services": [${JSON.stringify(jsonBinding(added))}]`
  return { file, text: undefined, told: 'left', toAdd }
}

function hasJsonBinding(text: string): boolean {
  const { services } = (readJsonc(text) ?? {}) as { services?: unknown }
  return Array.isArray(services) && services.some((one: { binding?: unknown } | null) => one?.binding === MESH_BINDING)
}

export function created(config: string, source: string, named: Named, force: boolean): Step[] {
  const fresh = (file: string, text: string): Step =>
    existsSync(file) && !force ? { file, text: undefined, told: 'left' } : { file, text, told: 'wrote' }
  return [fresh(config, workerConfig(named)), fresh(source, workerSource(named))]
}

/** A registry that is there gets one record more, behind the others. */
export function recorded(file: string, named: Named, force: boolean): Step {
  if (!existsSync(file) || force) return { file, text: registryText(named), told: 'wrote' }
  const text = fileText(file)
  // It tells of a file that is none.
  const keys = parseRegistryFile(text, file)
  if (keys.has(`services/${named.service}`)) return { file, text: undefined, told: 'has it' }
  const record = recordText(named)
  const changed = `${text}${text.endsWith('\n') ? '' : '\n'}${record}`
  try {
    const after = parseRegistryFile(changed, file)
    if (after.size === keys.size + 1) return { file, text: changed, told: 'changed' }
  } catch {
    // JSON, or a map in one line: what stands behind it is not in it.
  }
  return { file, text: undefined, told: 'left', toAdd: record }
}
