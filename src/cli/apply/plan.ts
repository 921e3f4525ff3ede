/** What is to be done so that the mesh has the records of files: name by name, from what was seen there. */
import { isDeepStrictEqual } from 'node:util'
import type { AdminClient, Change, RecordView, WrittenRecord } from '../../admin/client.ts'
import { everyWritten } from '../every-record.ts'
import type { Printer } from '../print/printer.ts'
import { labelOf } from './label.ts'

export type Act = 'created' | 'configured' | 'unchanged' | 'pruned'

export interface Step {
  readonly name: string
  readonly act: Act
  /** What was seen. */
  readonly before: RecordView | undefined
  /** `null`: it goes. */
  readonly after: WrittenRecord | null
}

export interface Wanted {
  readonly name: string
  readonly record: WrittenRecord
}

/** So few are asked for one by one. */
const FEW = 16

/** Records that stand under these names; all of them where `isWhole`. */
export async function seen(
  client: Pick<AdminClient, 'get' | 'list'>,
  names: readonly string[],
  isWhole: boolean,
  print: Pick<Printer, 'progress'>,
): Promise<Map<string, RecordView>> {
  const found =
    isWhole || names.length > FEW
      ? await everyWritten(client, print)
      : await Promise.all(names.map((name) => client.get(name)))
  return new Map(found.flatMap((view) => (view ? [[view.name, view] as const] : [])))
}

/** @param label records that were last applied with it, and are not wanted any more, go. */
export function plan(
  wanted: readonly Wanted[],
  stands: ReadonlyMap<string, RecordView>,
  label: string | undefined,
): Step[] {
  const steps = wanted.map(({ name, record }): Step => {
    const before = stands.get(name)
    const act = before === undefined ? 'created' : isDeepStrictEqual(before.record, record) ? 'unchanged' : 'configured'
    return { name, act, before, after: record }
  })
  if (label === undefined) return steps
  const names = new Set(wanted.map(({ name }) => name))
  const gone = [...stands.values()].filter(({ name, message }) => !names.has(name) && labelOf(message) === label)
  return [...steps, ...gone.map((before): Step => ({ name: before.name, act: 'pruned', before, after: null }))]
}

/** As it is sent: on the condition that the record is still the one that was seen. */
export function changeOf({ name, before, after }: Step): Change {
  return { name, record: after, ...(before === undefined ? { ifNoneMatch: '*' } : { ifMatch: before.revision }) }
}
