/** The least a proxy can do: the yardstick of the others. */

export default {
  fetch(request: Request, env: { UP: Fetcher }): Promise<Response> {
    return env.UP.fetch(request)
  },
}
