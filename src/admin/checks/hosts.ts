/** The hosts of the mesh itself, and what else is in their zones. */
import { isLoopback } from '../../core/text/private-address.ts'
import { hosts, MESH_HOSTS } from '../../mesh/identify.ts'
import type { Seen } from './seen.ts'

/** Is this host one of the mesh's own? */
export function isMeshHost({ mesh }: Pick<Seen, 'mesh'>, host: string): boolean {
  return hosts(mesh?.variables.MESH_HOSTS ?? MESH_HOSTS).includes(host)
}

/** Hosts of the mesh that are known in full: those that are said without `*`, and the one that was asked. This machine is none. */
export function meshHosts({ mesh, entrance }: Pick<Seen, 'mesh' | 'entrance'>): string[] {
  const said = (mesh?.variables.MESH_HOSTS ?? MESH_HOSTS).split(',').map((host) => host.trim().toLowerCase())
  const exact = said.filter((host) => host !== '' && !host.startsWith('*.'))
  const all = entrance ? [...exact, entrance.host] : exact
  return [...new Set(all)].filter((host) => !isLoopback(host))
}

/** Second labels under which a country sells names: `co.uk` is no zone. */
const SOLD = /^(?:co|com|net|org|ac|edu|gov|ne|or)$/

/**
 * The zone of a host as it can be told from the name alone: an account's part of workers.dev, else its last two labels, or three
 * below `co.uk` and the like. `undefined` of an address and of a single label.
 */
export function zoneOf(host: string): string | undefined {
  if (/^\[|^[\d.]+$/.test(host)) return undefined
  const labels = host.toLowerCase().split('.')
  const [second = '', first = ''] = labels.slice(-2)
  const isSold = first.length === 2 && SOLD.test(second)
  const length = isSold || host.endsWith('.workers.dev') ? 3 : 2
  return labels.length < length ? undefined : labels.slice(-length).join('.')
}
