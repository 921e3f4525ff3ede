/** That there is no record of a name, and which was meant. */
import type { AdminClient } from '../admin/client.ts'
import { nearest } from '../schema/near.ts'

export async function absent(name: string, client: Pick<AdminClient, 'list'>): Promise<string> {
  // Who mistypes a name seldom does so at its beginning.
  const { items } = await client.list({ prefix: name.slice(0, 1), limit: 1_000 })
  const meant = nearest(
    name,
    items.map((item) => item.name),
  )
  return `There is no record of "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`
}
