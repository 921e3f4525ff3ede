/** Schema libraries that hono-openapi asks for by name, and that no bundle of ours shall hold. */
import { fileURLToPath } from 'node:url'

const ABSENT = fileURLToPath(new URL('absent.ts', import.meta.url))

/** For esbuild's `alias`; wrangler.control.toml has the same. */
export const ABSENT_LIBRARIES: Readonly<Record<string, string>> = Object.fromEntries(
  ['zod', 'zod/v4/core', 'zod-to-json-schema', 'zod-openapi', 'arktype', 'effect', 'sury'].map((name) => [
    name,
    ABSENT,
  ]),
)
