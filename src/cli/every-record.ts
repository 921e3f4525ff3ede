/** Records of the mesh, all of them: page by page. */
import type { AdminClient, Page, Paging, RecordView } from '../admin/client.ts'
import { EVENTS } from '../record/events/event-key.ts'
import type { Printer } from './print/printer.ts'

/** As many as the API gives at once. */
const PAGE = 1_000

/** In the order of their names. */
export async function everyRecord(
  client: Pick<AdminClient, 'list'>,
  print: Pick<Printer, 'progress'>,
  prefix?: string,
): Promise<RecordView[]> {
  const narrowed = prefix === undefined ? {} : { prefix }
  return everyPage(
    (paging) => client.list({ ...paging, ...narrowed }),
    (count) => print.progress(`${count} records are read …`),
  )
}

/** Of services, and of subscriptions, which the API lists apart. */
export async function everyWritten(
  client: Pick<AdminClient, 'list'>,
  print: Pick<Printer, 'progress'>,
): Promise<RecordView[]> {
  return [...(await everyRecord(client, print)), ...(await everyRecord(client, print, EVENTS))]
}

/** @param most items, at most. */
export async function everyPage<Item>(
  pageOf: (paging: Paging) => Promise<Page<Item>>,
  onPage: (count: number) => void = () => {},
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const all: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const limit = Math.min(PAGE, most - all.length)
    const page = await pageOf({ limit, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...page.items)
    if (page.cursor === undefined || all.length >= most) return all
    onPage(all.length)
    cursor = page.cursor
  }
}
