/** The mesh as a Worker of its own parts: as it is deployed, and it knows its functions by tokens. `selvedge dev --worker` runs it here. */
import { cloud, receipts } from 'selvedge/cloud'
import { rates, trust } from 'selvedge/trust'
import { createWorker, stats } from 'selvedge/worker'

const worker = createWorker({ cloud, receipts, trust, rates, stats })
export default worker
export const { MeshEntrypoint } = worker
