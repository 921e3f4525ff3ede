/** A policy as it is in effect, value by value, and who wrote each: a rule, a record, `MESH_DEFAULTS`, or nobody. */
import { type AnyField, FIELDS, type WrittenPolicy } from '../../record/fields.ts'
import { fieldsAt } from '../../record/fields-at.ts'
import { recordSchema } from '../../record/record.ts'
import { builtIn } from './built-in.ts'
import type { ValueTold } from './decision.ts'

/** What somebody wrote. */
export interface Layer {
  readonly source: string
  readonly written: WrittenPolicy
}

export const BUILT_IN = 'built in'
const NOTHING: Layer = { source: BUILT_IN, written: {} }

/** @param layers of which a later one lies over an earlier one, as in `record/policies.ts`. */
export function policyTold(layers: readonly Layer[]): ValueTold[] {
  const schema = recordSchema()
  const fields: readonly AnyField[] = FIELDS
  return fields.flatMap((field) => {
    const { name, isWhole } = field
    const said = layers.filter(({ written }) => written[name] !== undefined)
    const top = said.at(-1) ?? NOTHING
    const value = top.written[name]
    if (value === undefined && field.policy() === undefined) return [{ field: name, value: 'off', source: BUILT_IN }]
    if (isWhole || !isObject(value)) return told([name], value, top.source)
    const keys = keysAt([name], Object.assign({}, ...said.map(({ written }) => written[name])))
    return keys.flatMap((key) => {
      const { source, written } = said.findLast(({ written }) => partOf(written[name], key) !== undefined) ?? NOTHING
      return told([name, key], partOf(written[name], key), source)
    })
  })

  function told(path: readonly string[], value: unknown, source: string): ValueTold[] {
    if (value === undefined && isOff(path)) return [{ field: path.join('.'), value: 'off', source: BUILT_IN }]
    const keys = value === undefined || isObject(value) ? keysAt(path, value) : []
    if (keys.length > 0) return keys.flatMap((key) => told([...path, key], partOf(value, key), source))
    const field = path.join('.')
    return [value === undefined ? { field, value: builtIn(path), source: BUILT_IN } : { field, value, source }]
  }

  /** Is it a part of a policy that there is only where somebody writes it? */
  function isOff([name, part, ...more]: readonly string[]): boolean {
    const silent = fields.find((field) => field.name === name)?.policy()
    return part !== undefined && more.length === 0 && isObject(silent) && part in silent && !partOf(silent, part)
  }

  /** The fields that what stands there has, and may have. */
  function keysAt(path: readonly string[], value: unknown): string[] {
    const whole = path.reduceRight((inner: unknown, key) => ({ [key]: inner }), value)
    const { own } = fieldsAt(schema, whole, [...path])
    return [...new Set([...own, ...(isObject(value) ? Object.keys(value) : [])])]
  }
}

function partOf(value: unknown, key: string): unknown {
  return isObject(value) ? (value as Record<string, unknown>)[key] : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
