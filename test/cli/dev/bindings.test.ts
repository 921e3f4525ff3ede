import { describe, expect, it } from 'vitest'
import { workflowsOf } from '../../../src/cli/dev/bindings.ts'
import type { LocalWorker } from '../../../src/cli/dev/local-worker.ts'

const worker = (name: string, workflows?: LocalWorker['options']['workflows']): LocalWorker => ({
  name,
  dir: `./${name}`,
  options: { name, modules: [], ...(workflows && { workflows }) },
})
const sagas = { name: 'sagas', className: 'Sagas' }

describe('workflowsOf', () => {
  it('gives the Workflows of Workers beside the mesh, each once, with the Worker that has it', () => {
    const other = worker('front', { SAGAS: { ...sagas, scriptName: 'orders' } })
    expect(workflowsOf([worker('orders', { SAGAS: sagas }), other, worker('plain')])).toEqual({
      SAGAS: { ...sagas, scriptName: 'orders' },
    })
  })

  it('refuses two of one name', () => {
    const twice = [worker('orders', { SAGAS: sagas }), worker('billing', { SAGAS: sagas })]
    expect(() => workflowsOf(twice)).toThrow('./billing: another Worker has a Workflow SAGAS, too')
  })
})
