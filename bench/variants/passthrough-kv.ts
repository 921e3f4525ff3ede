/** The least that a first call by name can be: the record read from KV, and the call passed on. */

export default {
  async fetch(request: Request, env: { REGISTRY: KVNamespace; USERS: Fetcher }): Promise<Response> {
    await env.REGISTRY.get('services/users')
    return env.USERS.fetch(request)
  },
}
