/** The environment of these Workers, as `wrangler types` would write it from their configuration. */
declare namespace Cloudflare {
  interface Env {
    /** The KV namespace of the registry. */
    REGISTRY: KVNamespace
  }
}
