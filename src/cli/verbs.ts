/** The verbs, in the order of help. */
import type { Verb } from './verb.ts'

export const VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'write a wrangler configuration and a first record for a Worker',
    takes: [],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'dev',
    summary: 'run the mesh in workerd on this machine: no account, no network',
    takes: [],
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  {
    name: 'get',
    summary: 'list records, or show some',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/get.ts')).get,
  },
  {
    name: 'diff',
    summary: 'show what apply would change',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'apply',
    summary: 'write the records of files to the mesh',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'edit',
    summary: 'edit a record in $EDITOR, and write what comes back',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/edit.ts')).edit,
  },
  {
    name: 'delete',
    summary: 'delete records; history keeps them',
    takes: ['target'],
    load: async () => (await import('./commands/delete.ts')).deleteRecords,
  },
  {
    name: 'history',
    summary: 'show who changed a record, when and why',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'rollback',
    summary: 'take a record back to an earlier revision',
    takes: ['target'],
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'wait',
    summary: 'wait until a change is live, and say where it was seen',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  {
    name: 'describe',
    summary: 'show a record, its policy in effect and who wrote each value, and who refers to it',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/describe.ts')).describe,
  },
  {
    name: 'resolve',
    summary: 'tell what would become of a request, and why; nothing is sent',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/resolve.ts')).resolve,
  },
  {
    name: 'explain',
    summary: 'tell of a receipt why a call went as it did',
    takes: ['output'],
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'stat',
    summary: 'show how calls ended and how long they took',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/traffic/stat.ts')).stat,
  },
  {
    name: 'top',
    summary: 'the same, the busiest first, drawn anew every two seconds',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/traffic/top.ts')).top,
  },
  {
    name: 'edges',
    summary: 'show who calls whom, and how it goes',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/traffic/edges.ts')).edges,
  },
  {
    name: 'tap',
    summary: 'show calls as they are made',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/traffic/tap.ts')).tap,
  },
  {
    name: 'simulate',
    summary: 'tell what records would do to requests that were served: who moves, who breaks',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/simulate.ts')).simulate,
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
    name: 'check',
    summary: 'look whether an installation, or files, are as they should be',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/check.ts')).checks,
  },
  {
    name: 'types',
    summary: "write the registry's names as TypeScript, so that a wrong name does not compile",
    takes: ['target'],
    load: async () => (await import('./commands/types.ts')).types,
  },
  {
    name: 'config',
    summary: 'name the meshes that the command talks to, and choose one',
    takes: ['target', 'output'],
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'completion',
    summary: 'print what bash, zsh or fish needs to complete verbs, flags and names',
    takes: ['target'],
    load: async () => (await import('./commands/completion.ts')).completion,
  },
]
