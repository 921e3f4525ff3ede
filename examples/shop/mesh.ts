/** The mesh of the shop: a Worker of its own parts, with keys. */
import { cloud, receipts } from 'selvedge/cloud'
import { rates, trust } from 'selvedge/trust'
import { createWorker, stats } from 'selvedge/worker'

const worker = createWorker({ cloud, receipts, trust, rates, stats })
export default worker
export const { MeshEntrypoint } = worker
