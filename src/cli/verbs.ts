/** The verbs, in the order of help. */
import type { Verb } from './verb.ts'

export const VERBS: readonly Verb[] = [
  {
    name: 'dev',
    summary: 'run the mesh in workerd on this machine: no account, no network',
    takes: [],
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  {
    name: 'validate',
    summary: 'check records and Gateway API manifests without a server',
    takes: [],
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    name: 'convert',
    summary: 'turn HTTPRoute, GRPCRoute and XBackendTrafficPolicy manifests into records',
    takes: ['output'],
    load: async () => (await import('./commands/convert.ts')).convertManifests,
  },
  {
    name: 'types',
    summary: "write the registry's names as TypeScript, so that a wrong name does not compile",
    takes: [],
    load: async () => (await import('./commands/types.ts')).types,
  },
  {
    name: 'config',
    summary: 'name the meshes that the command talks to, and choose one',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/config.ts')).config,
  },
]
