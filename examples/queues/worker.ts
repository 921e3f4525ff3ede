/** The mesh as a Worker, with all of its parts: it delivers what the queues bring that it consumes. */
import { cloud, delivery, receipts } from 'selvedge/cloud'
import { access, rates } from 'selvedge/trust'
import { createWorker, stats } from 'selvedge/worker'

const worker = createWorker({ cloud, receipts, trust: access, rates, stats, delivery })
export default worker
export const { MeshEntrypoint } = worker
