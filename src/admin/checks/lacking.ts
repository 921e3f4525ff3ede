/** What records need of the mesh's Worker, and it does not have, or does not let them name. */
import { type Lack, lacks } from '../../record/check/needs.ts'
import type { Finding } from './check.ts'
import { parsedOf } from './parsed.ts'
import type { Seen } from './seen.ts'

/** What endpoints need and the mesh's Worker has not; `undefined` where nobody knows what it has. */
export function lacking(
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

export function missingBinding({ name, section, boundAs }: Lack): string {
  const instead = boundAs === undefined ? '' : `, but under ${boundAs}`
  return `"${name}" is not bound under ${section}${instead}: the endpoint is passed over.`
}

/** Secrets that are there, and that records may not name. */
export function forbidden({ records, mesh }: Seen): Finding[] {
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
