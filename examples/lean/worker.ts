/** The mesh as a Worker, without what reaches other clouds: smaller, and sooner there. */
import { createWorker } from 'selvedge/worker'

const worker = createWorker()
export default worker
export const { MeshEntrypoint } = worker
