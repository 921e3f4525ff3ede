/** Checks of who gets in, and what records may reach. */
import { isPrivateAddress } from '../../core/text/private-address.ts'
import { ofType } from '../../record/rule-filter.ts'
import type { Check, Finding } from './check.ts'

export const SECURITY: readonly Check[] = [
  {
    id: 'tokens-are-strong',
    group: 'security',
    title: 'no token of the admin API can be guessed',
    hint: 'Make another with `openssl rand -base64 32`, and set it with `wrangler secret put` on the control plane.',
    find: ({ control }) => control?.weaknesses.map((message): Finding => ({ severity: 'error', message })),
  },
  {
    id: 'secrets-are-bounded',
    group: 'security',
    title: 'records may name only the secrets that are meant for them',
    hint: 'Set MESH_SECRETS to what records may name: AWS_*, GCP_SERVICE_ACCOUNT. Empty: none.',
    find({ mesh }) {
      if (!mesh) return undefined
      if (mesh.variables.MESH_SECRETS !== undefined) return []
      const message =
        'MESH_SECRETS is not set: whoever may write a record can send any secret of this Worker to an address of his own.'
      return [{ severity: 'warning', message }]
    },
  },
  {
    id: 'sessions-are-sealed',
    group: 'security',
    title: 'tickets of sessions are sealed',
    hint: 'Set MESH_SESSION_KEY: `openssl rand -hex 32` makes one.',
    find({ mesh, records }) {
      if (!mesh?.kinds) return undefined
      if ('MESH_SESSION_KEY' in mesh.kinds) return []
      return [...records].flatMap(([name, { parsed }]) =>
        (parsed?.rules ?? []).flatMap(({ sessionPersistence }, index): Finding[] => {
          if (!sessionPersistence) return []
          const message = 'gives tickets that anyone can write for himself, since MESH_SESSION_KEY is not set.'
          return [{ severity: 'warning', name, path: ['rules', index, 'sessionPersistence'], message }]
        }),
      )
    },
  },
  {
    id: 'grants-are-believed',
    group: 'security',
    title: 'the mesh believes the grants that the control plane makes',
    hint: 'Set the same MESH_GRANT_KEY on both Workers.',
    find({ mesh, control }) {
      if (!mesh?.kinds || !control) return undefined
      const [here, there] = ['MESH_GRANT_KEY' in mesh.kinds, control.has.has('MESH_GRANT_KEY')]
      if (here === there) return []
      const [has, lacks] = here ? ['the mesh', 'the control plane'] : ['the control plane', 'the mesh']
      return [
        { severity: 'warning', message: `MESH_GRANT_KEY is set on ${has} and not on ${lacks}: no grant is believed.` },
      ]
    },
  },
  {
    id: 'addresses-are-encrypted',
    group: 'security',
    title: 'what is sent to an address cannot be read on the way',
    hint: 'Write https:// where the endpoint has it.',
    find: ({ records }) =>
      [...records].flatMap(([name, { parsed }]) =>
        (parsed?.endpoints ?? []).flatMap(({ target }, endpoint): Finding[] => {
          if (target.kind !== 'url' || isPrivateAddress(target.url)) return []
          const message = `${new URL(target.url).host} is called over http://, which everyone on the way can read.`
          return [{ severity: 'warning', name, path: ['endpoints', endpoint], message }]
        }),
      ),
  },
  {
    id: 'origins-are-bounded',
    group: 'security',
    title: 'no rule lets every page call with the cookies of its visitor',
    hint: 'List the origins that are meant under allowOrigins, or leave allowCredentials out.',
    find: ({ records }) =>
      [...records].flatMap(([name, { parsed }]) =>
        (parsed?.rules ?? []).flatMap(({ filters = [], backendRefs = [] }, index): Finding[] => {
          const all = [...filters, ...backendRefs.flatMap((backend) => backend.filters ?? [])]
          const isOpen = ofType(all, 'CORS').some(
            ({ cors: { allowOrigins = [], allowCredentials } }) => allowCredentials && allowOrigins.includes('*'),
          )
          const message = 'allows every origin with credentials: any page can call it as the user who visits that page.'
          return isOpen ? [{ severity: 'warning', name, path: ['rules', index, 'filters'], message }] : []
        }),
      ),
  },
]
