/** Checks of the records: are they understood, and is there what they name. */

import type { AliasOf } from '../../record/check/circle.ts'
import { circle } from '../../record/check/circle.ts'
import { isCallable } from '../../record/check/key.ts'
import { newerReason, newerThan } from '../../record/check/newer.ts'
import { leadsNowhere } from '../../record/check/nowhere.ts'
import { namesOnward, onward } from '../../record/check/onward.ts'
import { rateFindings } from '../../record/check/rates.ts'
import { finder, roundOf, sinksOf, topicBehind } from '../../record/check/subscribed.ts'
import type { Lead } from '../../record/leads.ts'
import type { Check, Finding } from './check.ts'
import { forbidden, lacking, missingBinding } from './lacking.ts'
import { parsedOf } from './parsed.ts'
import type { Seen } from './seen.ts'
import { turnedBack } from './turned-back.ts'

export const RECORDS: readonly Check[] = [
  {
    id: 'records-are-understood',
    group: 'records',
    title: 'every record is understood',
    hint: 'Correct the field. Until then the last good record serves, where an isolate knows one, for an hour at most.',
    find: ({ records, subscriptions }) =>
      [...records, ...subscriptions].flatMap(([name, { issues }]) =>
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
    id: 'topics-are-taken',
    group: 'records',
    title: 'the mesh takes events for every topic',
    hint: 'Compose `topics` of selvedge/events into the mesh, or publish from functions that have it (docs/events.md).',
    find({ records, mesh }) {
      if (mesh?.topics === undefined) return undefined
      if (mesh.topics) return []
      return parsedOf(records).flatMap(([name, { endpoints }]) =>
        endpoints.flatMap(({ target }, index): Finding[] => {
          if (target.kind !== 'topic') return []
          const message = 'is a topic, and the mesh was made without `topics` of selvedge/events: it passes it over.'
          return [{ severity: 'warning', name, path: ['endpoints', index], message }]
        }),
      )
    },
  },
  {
    id: 'rates-are-counted',
    group: 'records',
    title: 'what limits how often a service is called counts for all isolates',
    hint: "Bind QUOTA_OBJECT, or the rate limit binding that the record names, in the wrangler configuration of the mesh's Worker (docs/rates.md).",
    find({ records, mesh }) {
      if (!mesh) return undefined
      return parsedOf(records).flatMap(([name, record]) =>
        rateFindings(record, mesh.given).flatMap(({ severity, path, message }): Finding[] =>
          severity === 'note' ? [] : [{ severity, name, path, message }],
        ),
      )
    },
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
    title: 'rules, aliases, queues and subscriptions lead to names that have a record',
    hint: 'Write the record that is missing, or correct the name.',
    find(seen) {
      const { records, isAll } = seen
      // Beside what was read, others may stand in KV.
      const severity = isAll ? 'error' : 'warning'
      const find = finder((name) => records.get(name)?.parsed)
      const leads = [
        ...parsedOf(records).flatMap(([name, record]) =>
          leadsNowhere(record, (other) => records.has(other)).map((lead) => ({ name, lead })),
        ),
        ...sinksIn(seen).filter(({ lead }) => !records.has(lead.name) && !find(lead.name)),
      ]
      return leads.map(({ name, lead: { name: other, path } }): Finding => {
        return { severity, name, path, message: `"${other}" has no record${isAll ? '' : ' in what was read'}.` }
      })
    },
  },
  {
    id: 'aliases-end',
    group: 'records',
    title: 'aliases, queues that are delivered, and events end at a record',
    hint: 'Take one name out of the circle.',
    find(seen) {
      const { records } = seen
      const find = finder((name) => records.get(name)?.parsed)
      const rounds = sinksIn(seen).flatMap(({ name, lead }): Finding[] => {
        const round = topicBehind(lead.name, find)
        return round ? [{ severity: 'error', name, path: lead.path, message: roundOf(name, round) }] : []
      })
      const aliasOf: AliasOf = (name) => namesOnward(records.get(name)?.parsed)
      const told = new Set<string>()
      const circles = parsedOf(records).flatMap(([name, record]): Finding[] => {
        const [first] = onward(record)
        const round = first && circle(name, aliasOf, told)
        return first && round !== undefined ? [{ severity: 'error', name, path: first.path, message: round }] : []
      })
      return [...circles, ...rounds]
    },
  },
  {
    id: 'addresses-lead-out',
    group: 'records',
    title: "no address leads back to the mesh's own zone",
    hint: 'Reach a Worker of this account by a service binding: { "binding": "USERS" }. Or set the flag global_fetch_strictly_public.',
    find: turnedBack,
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

/** The services to which subscriptions lead, each with its key. */
function sinksIn({ subscriptions, mesh }: Seen): { readonly name: string; readonly lead: Lead }[] {
  const domain = mesh?.variables.MESH_DOMAIN ?? 'mesh'
  return [...subscriptions].flatMap(([name, { parsed }]) =>
    (parsed ? sinksOf(parsed, domain) : []).map((lead) => ({ name, lead })),
  )
}
