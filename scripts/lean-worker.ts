/** The mesh Worker of who composes it without anything: measured beside the default. */
import { createWorker } from '../src/worker/worker.ts'

const worker = createWorker()
export default worker
export const { MeshEntrypoint } = worker
