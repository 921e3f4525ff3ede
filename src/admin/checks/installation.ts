/** Checks of the two Workers: what they are bound to, what they were configured with, and which version each is of. */
import { compareVersions, isVersion } from '../../record/check/newer.ts'
import { nearest } from '../../schema/near.ts'
import type { Check, Finding } from './check.ts'

/** Compatibility flags that the mesh wants: without them a client's abort does not reach the endpoint. */
export const FLAGS = ['enable_request_signal', 'request_signal_passthrough'] as const

/** That of docs/configuration.md. */
const LEAST_DATE = '2026-10-01'

/** Variables and secrets of the mesh, as in docs/configuration.md. */
export const VARIABLES = [
  'MESH_HOSTS',
  'MESH_DOMAIN',
  'MESH_FRESH',
  'MESH_MAX_STALE',
  'MESH_MAX_HOPS',
  'MESH_IDLE',
  'MESH_LOG',
  'MESH_DEFAULTS',
  'MESH_SECRETS',
  'MESH_SESSION_KEY',
  'MESH_SHAPES',
  'MESH_FLEET',
  'MESH_GRANT_KEY',
  'MESH_TRUST',
  'MESH_KEY',
]

export const INSTALLATION: readonly Check[] = [
  {
    id: 'the-mesh-says-what-it-has',
    group: 'installation',
    title: 'the mesh says what its Worker has',
    hint: 'Deploy a mesh of the same version as the control plane, bind it as CONTROL, and ask by one of its hosts.',
    find({ isAsked, mesh }) {
      if (!isAsked) return undefined
      if (mesh) return []
      return [
        warning(
          'The mesh did not say which bindings and variables it has: it is of an older version, or was not asked.',
        ),
      ]
    },
  },
  {
    id: 'bindings-are-present',
    group: 'installation',
    title: 'both Workers have the bindings that they need',
    hint: 'Add the binding to the wrangler configuration of that Worker and deploy it.',
    find({ mesh, control }) {
      if (!mesh?.kinds && !control) return undefined
      const findings: Finding[] = []
      const { kinds } = mesh ?? {}
      if (kinds && kinds.REGISTRY !== 'kv')
        findings.push(
          error(`The mesh's Worker has no KV namespace REGISTRY${bound(kinds.REGISTRY)}: it can look up no name.`),
        )
      if (kinds && kinds.CONTROL !== undefined && kinds.CONTROL !== 'service')
        findings.push(error(`CONTROL of the mesh's Worker is no service binding${bound(kinds.CONTROL)}.`))
      for (const name of ['REGISTRY', 'REGISTRY_OBJECT'])
        if (control && !control.has.has(name))
          findings.push(error(`The control plane's Worker has no binding ${name}.`))
      return findings
    },
  },
  {
    id: 'compatibility-flags-are-set',
    group: 'installation',
    title: "the compatibility flags are set: a client's abort reaches what it called",
    hint: `Add ${FLAGS.join(' and ')} to compatibility_flags of the mesh's Worker, with compatibility_date ${LEAST_DATE}.`,
    find({ mesh }) {
      const { flags, compatibilityDate } = mesh ?? {}
      if (!flags) return undefined
      const isOld = compatibilityDate !== undefined && compatibilityDate < LEAST_DATE
      const old = isOld
        ? [warning(`The compatibility date is ${compatibilityDate}: the mesh is tried with ${LEAST_DATE} and later.`)]
        : []
      const missing = FLAGS.filter((flag) => !flags.includes(flag)).map((flag) =>
        warning(`The compatibility flag ${flag} is not set: when a client leaves, the endpoint goes on working.`),
      )
      return [...old, ...missing]
    },
  },
  {
    id: 'variables-are-known',
    group: 'installation',
    title: 'every MESH_ variable is one that this version reads',
    hint: 'Correct the name in the wrangler configuration, or remove the variable: nothing reads it.',
    find({ mesh }) {
      if (!mesh) return undefined
      const names = Object.keys(mesh.kinds ?? mesh.variables)
      return names
        .filter((name) => name.startsWith('MESH_') && !VARIABLES.includes(name))
        .map((name) => {
          const meant = nearest(name, VARIABLES)
          return warning(`Nothing reads the variable ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`)
        })
    },
  },
  {
    id: 'versions-agree',
    group: 'installation',
    title: 'mesh, control plane and command are of one version',
    hint: 'Deploy the control plane first, then the mesh; then update the command.',
    find({ mesh, control, asker }) {
      const parts = [
        ['the mesh', mesh?.version],
        ['the control plane', control?.version],
        ['the command', asker],
      ] as const
      // What runs from source has no version.
      const known = parts.filter(
        (part): part is [(typeof part)[0], string] => isVersion(part[1] ?? '') && part[1] !== '0.0.0',
      )
      if (known.length < 2) return undefined
      if (known.every(([, version]) => version === known[0]?.[1])) return []
      const told = known.map(([what, version]) => `${what} is ${version}`).join(', ')
      const isBehind = !!mesh?.version && !!control?.version && compareVersions(control.version, mesh.version) < 0
      return [
        warning(
          isBehind ? `${told}: a control plane that is older may refuse records that the mesh obeys.` : `${told}.`,
        ),
      ]
    },
  },
]

function bound(kind: string | undefined): string {
  return kind === undefined ? '' : ` (what is bound by that name is of the kind "${kind}")`
}

function error(message: string): Finding {
  return { severity: 'error', message }
}

function warning(message: string): Finding {
  return { severity: 'warning', message }
}
