/** Modules of Node that are loaded when a part of a bundle that needs them first runs, and not when the bundle starts. */
import { builtinModules } from 'node:module'
import type { Plugin } from 'esbuild'

const NAMESPACE = 'late'
const names = new Set(builtinModules)

/**
 * An `import` of `node:crypto` in a bundle stands at its top, though only one of twenty verbs has a use for it. Here each is a
 * module of the bundle that requires the real one when it is first asked for. The bundle has to bring a `require`.
 */
export const lateBuiltins: Plugin = {
  name: 'late-builtins',
  setup(build) {
    // commander has it for verbs that are programs of their own, of which there are none, and asks for it as it loads.
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /\/commander\//.test(importer) ? { path: 'child_process of commander', namespace: NAMESPACE } : undefined,
    )
    build.onLoad({ filter: /^child_process of commander$/, namespace: NAMESPACE }, () => ({
      contents: `module.exports = { spawn() { throw new Error('A verb is no program of its own.') } }`,
      loader: 'js',
    }))
    build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, namespace }) => {
      const name = path.replace(/^node:/, '')
      if (!names.has(name)) return undefined
      const found = `node:${name}`
      return namespace === NAMESPACE ? { path: found, external: true } : { path: found, namespace: NAMESPACE }
    })
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
      loader: 'js',
    }))
  },
}
