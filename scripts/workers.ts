/** The Workers that are measured, for their size and for their start: each with no more than it composes. */
export const WORKERS = {
  lean: 'examples/lean/worker.ts',
  default: 'src/worker/worker.ts',
} as const
