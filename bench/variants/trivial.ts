/** The least a Worker can be. */

export default {
  fetch: () => new Response('ok'),
}
