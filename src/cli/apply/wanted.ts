/** The records that `apply` and `diff` are given: all of them are well, or nothing is done. */
import { Fault } from '../../manifest/yaml/fault.ts'
import { ended } from '../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { checkedFiles } from '../checked-files.ts'
import type { Printer } from '../print/printer.ts'
import type { Wanted } from './plan.ts'

export interface Naming {
  readonly hostname?: string
  readonly domain: string
}

/** @throws where anything is wrong: what cannot be read would look as if it were not wanted. */
export async function wantedRecords(files: readonly string[], naming: Naming, print: Printer): Promise<Wanted[]> {
  const { records, errors, broken } = await checkedFiles(files, naming, (severity, text) => {
    // A name that leads to nothing here may well stand in the mesh.
    if (severity !== 'note') print.tell(text)
  })
  const wrong = errors > 0 ? [`${errors} ${errors === 1 ? 'thing is' : 'things are'} wrong. Nothing was sent.`] : []
  if (broken.length > 0) throw ended(broken, ...wrong)
  if (errors > 0) throw new NegativeAnswer(wrong.join())
  const places = new Map<string, string>()
  return records.map(({ name, record, place }) => {
    if (name === undefined) throw new Fault(`${place}: a record by itself has no name here: write { "NAME": record }.`)
    const before = places.get(name)
    if (before !== undefined)
      throw new NegativeAnswer(`${place}: "${name}" stands in ${before}, too. Nothing was sent.`)
    places.set(name, place)
    return { name, record: typeof record === 'string' ? record.trim() : record }
  })
}
