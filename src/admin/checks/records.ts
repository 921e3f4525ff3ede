/** Checks of the records: are they understood, and is there what they name. */
import type { AliasOf } from '../../record/check/circle.ts'
import { circle } from '../../record/check/circle.ts'
import { isCallable } from '../../record/check/key.ts'
import { type Lack, lacks } from '../../record/check/needs.ts'
import { newerReason, newerThan } from '../../record/check/newer.ts'
import { leadsNowhere } from '../../record/check/nowhere.ts'
import type { ServiceRecord } from '../../record/record.ts'
import type { Check, Finding } from './check.ts'
import { isLoopback, isMeshHost, meshHosts, zoneOf } from './hosts.ts'
import type { Seen, SeenRecord } from './seen.ts'

export const RECORDS: readonly Check[] = [
  {
    id: 'records-are-understood',
    group: 'records',
    title: 'every record is understood',
    hint: 'Correct the field. Until then the last good record serves, where an isolate knows one, for an hour at most.',
    find: ({ records }) =>
      [...records].flatMap(([name, { issues }]) =>
        issues.map(({ path, message }): Finding => ({ severity: 'error', name, path, message })),
      ),
  },
  {
    id: 'names-can-be-called',
    group: 'records',
    title: 'every name can be called',
    hint: 'Write the record under a DNS name in lower case, and delete this one.',
    find: ({ records }) =>
      [...records.keys()]
        .filter((name) => !isCallable(name))
        .map((name) => ({
          severity: 'error',
          name,
          message: 'is not a service name (a DNS name in lower case), so nobody can call it.',
        })),
  },
  {
    id: 'bindings-are-there',
    group: 'records',
    title: 'the mesh has every binding that records name',
    hint: "Add the binding to the wrangler configuration of the mesh's Worker, or correct the endpoint: it is passed over.",
    find: (seen) => lacking(seen, ({ section }) => section !== undefined, 'error', missingBinding),
  },
  {
    id: 'secrets-are-there',
    group: 'records',
    title: 'the mesh has every secret that records name, and lets them name it',
    hint: 'Set it with `wrangler secret put NAME`; add it to MESH_SECRETS where that is set.',
    find(seen) {
      const isConfigured = seen.mesh?.kinds === undefined
      const absent = lacking(
        seen,
        ({ section }) => section === undefined,
        isConfigured ? 'warning' : 'error',
        ({ name }) =>
          isConfigured
            ? `needs the secret "${name}", which the configuration does not name: it may be set all the same.`
            : `needs the secret "${name}", which is not set: every call of the endpoint is credential_failed.`,
      )
      return absent && [...absent, ...forbidden(seen)]
    },
  },
  {
    id: 'names-lead-somewhere',
    group: 'records',
    title: 'rules and aliases lead to names that have a record',
    hint: 'Write the record that is missing, or correct the name.',
    find({ records, isAll }) {
      // Beside what was read, others may stand in KV.
      const severity = isAll ? 'error' : 'warning'
      return parsedOf(records).flatMap(([name, record]) =>
        leadsNowhere(record, (other) => records.has(other)).map(({ name: other, path }): Finding => {
          return { severity, name, path, message: `"${other}" has no record${isAll ? '' : ' in what was read'}.` }
        }),
      )
    },
  },
  {
    id: 'aliases-end',
    group: 'records',
    title: 'aliases end at a record',
    hint: 'Take one alias out of the circle.',
    find({ records }) {
      const aliasOf: AliasOf = (name) => records.get(name)?.parsed?.alias
      const told = new Set<string>()
      return parsedOf(records).flatMap(([name, { alias }]): Finding[] => {
        const round = alias && circle(name, aliasOf, told)
        return round === undefined ? [] : [{ severity: 'error', name, path: ['alias'], message: round }]
      })
    },
  },
  {
    id: 'addresses-lead-out',
    group: 'records',
    title: "no address leads back to the mesh's own zone",
    hint: 'Reach a Worker of this account by a service binding: { "binding": "USERS" }. Or set the flag global_fetch_strictly_public.',
    find: (seen) => urlsOf(seen).flatMap((place) => turnedBack(seen, place) ?? []),
  },
  {
    id: 'fields-are-known-everywhere',
    group: 'records',
    title: 'no record has a field that the oldest version does not know',
    hint: 'Deploy the functions that are older, raise it with `selvedge config min-version`, then write the field.',
    find({ records, minVersion }) {
      if (minVersion === undefined) return undefined
      return [...records].flatMap(([name, { text }]) =>
        newerThan(minVersion, text).map((newer): Finding => {
          return { severity: 'error', name, path: newer.path, message: newerReason(newer, minVersion) }
        }),
      )
    },
  },
]

type Parsed = readonly [name: string, record: ServiceRecord]

function parsedOf(records: ReadonlyMap<string, SeenRecord>): Parsed[] {
  return [...records].flatMap(([name, { parsed }]): Parsed[] => (parsed ? [[name, parsed]] : []))
}

/** What endpoints need and the mesh's Worker has not; `undefined` where nobody knows what it has. */
function lacking(
  { records, mesh }: Seen,
  isWanted: (lack: Lack) => boolean,
  severity: Finding['severity'],
  say: (lack: Lack) => string,
): Finding[] | undefined {
  if (!mesh) return undefined
  return parsedOf(records).flatMap(([name, { endpoints }]) =>
    lacks(endpoints, mesh.given)
      .filter(isWanted)
      .map((lack): Finding => ({ severity, name, path: ['endpoints', lack.endpoint], message: say(lack) })),
  )
}

function missingBinding({ name, section, boundAs }: Lack): string {
  const instead = boundAs === undefined ? '' : `, but under ${boundAs}`
  return `"${name}" is not bound under ${section}${instead}: the endpoint is passed over.`
}

/** Secrets that are there, and that records may not name. */
function forbidden({ records, mesh }: Seen): Finding[] {
  const said = mesh?.variables.MESH_SECRETS
  const allowed = said?.split(',').map((one) => one.trim())
  const isAllowed = (secret: string) =>
    !/^(ADMIN_TOKEN|MESH_|OTLP_)/.test(secret) &&
    (allowed?.some((one) => (one.endsWith('*') ? secret.startsWith(one.slice(0, -1)) : secret === one)) ?? true)
  const nothing = { bindings: new Map<string, string>(), values: new Set<string>() }
  return parsedOf(records).flatMap(([name, { endpoints }]) =>
    lacks(endpoints, nothing)
      .filter(({ name: secret, section }) => section === undefined && !isAllowed(secret))
      .map(({ name: secret, endpoint }): Finding => {
        const message = `names the secret "${secret}", which MESH_SECRETS does not let a record name.`
        return { severity: 'error', name, path: ['endpoints', endpoint], message }
      }),
  )
}

interface Place {
  readonly name: string
  readonly endpoint: number
  readonly host: string
}

function urlsOf({ records }: Seen): Place[] {
  return parsedOf(records).flatMap(([name, { endpoints }]) =>
    endpoints.flatMap(({ target }, endpoint): Place[] =>
      target.kind === 'url' ? [{ name, endpoint, host: new URL(target.url).hostname.toLowerCase() }] : [],
    ),
  )
}

function turnedBack(seen: Seen, { name, endpoint, host }: Place): Finding | undefined {
  if (isLoopback(host) || seen.mesh?.flags?.includes('global_fetch_strictly_public')) return undefined
  const path = ['endpoints', endpoint]
  const own = meshHosts(seen)
  if (own.includes(host)) return { severity: 'error', name, path, message: `${host} is a host of the mesh itself.` }
  const zone = zoneOf(host)
  const neighbour = zone === undefined ? undefined : own.find((one) => zoneOf(one) === zone)
  if (neighbour !== undefined) {
    const isOurs = host.endsWith('.workers.dev')
    return isOurs
      ? {
          severity: 'error',
          name,
          path,
          message: `${host} is of the same account as ${neighbour}: Cloudflare refuses it with error 1042.`,
        }
      : {
          severity: 'warning',
          name,
          path,
          message: `${host} is in the zone of ${neighbour}: a Worker that stands there is not run, and on workers.dev it is error 1042.`,
        }
  }
  if (host.endsWith('.workers.dev') || !isMeshHost(seen, host)) return undefined
  return { severity: 'error', name, path, message: `${host} is a host of the mesh itself (MESH_HOSTS).` }
}
