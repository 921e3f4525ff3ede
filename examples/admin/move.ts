/** Moves a service to other endpoints by the admin API, and waits until KV has it. */
import { AdminError, adminClient, type WrittenRecord } from 'selvedge/client'

/** @param url where the mesh is, as `https://mesh.example.com`. */
export async function move(name: string, record: WrittenRecord, url: string, token: string): Promise<number> {
  const admin = adminClient({ url, token })
  const before = await admin.get(name)
  const seen = before ? { ifMatch: before.revision } : ({ ifNoneMatch: '*' } as const)
  try {
    const { revision } = await admin.put(name, record, { ...seen, message: 'moved' })
    while ((await admin.revision(revision))?.waiting !== 0) await new Promise((resolve) => setTimeout(resolve, 500))
    return revision
  } catch (error) {
    // Somebody else wrote first: here is what they changed.
    if (error instanceof AdminError && error.status === 412) console.error(error.problem.difference)
    throw error
  }
}
