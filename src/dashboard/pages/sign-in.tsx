/** Where one signs in: a token of the admin API, which is not stored. */
import { useState } from 'preact/hooks'
import { AdminError } from '../../admin/client.ts'
import { signedOut, signIn, told } from '../live/session.ts'

export function SignIn() {
  const [token, setToken] = useState('')
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  async function enter(event: Event) {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await signIn(token.trim())
    } catch (error) {
      setFault(error instanceof AdminError && error.status === 401 ? 'This token is not known here.' : told(error))
      setBusy(false)
    }
  }

  return (
    <main class="sign-in">
      <form onSubmit={(event) => void enter(event)}>
        <Mark />
        <h1>Selvedge</h1>
        <p>Who calls whom, how it goes, and why.</p>
        <label for="token">Admin token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={token}
          aria-describedby={fault === undefined ? 'token-help' : 'token-fault'}
          aria-invalid={fault !== undefined}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {fault !== undefined && (
          <p class="fault" id="token-fault" role="alert">
            {fault}
          </p>
        )}
        {fault === undefined && signedOut.value !== undefined && <p class="fault">{signedOut.value}</p>}
        <button type="submit" class="main" disabled={isBusy || token.trim() === ''}>
          {isBusy ? 'Signing in …' : 'Sign in'}
        </button>
        <p class="help" id="token-help">
          The value of <code>ADMIN_TOKEN</code>, or a token of <code>ADMIN_TOKENS</code>. <code>selvedge dev</code> and{' '}
          <code>npm start</code> print one. It stays in the memory of this page: when you close or reload it, you sign
          in again.
        </p>
      </form>
    </main>
  )
}

/** Threads that run along an edge: a selvedge. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect x="1" y="1" width="30" height="30" rx="8" class="ground" />
      <path d="M9 6v20M15 6v20" class="warp" />
      <path d="M6 10h14q6 0 6 3t-6 3H6M6 22h14q6 0 6-3t-6-3" class="weft" />
    </svg>
  )
}
