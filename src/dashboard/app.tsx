/** The frame around all pages: who one is, where one is, and where one can go. */
import type { AdminClient } from '../admin/client.ts'
import { place } from './live/place.ts'
import { session, signOut } from './live/session.ts'
import { hashOf, type Route } from './model/route.ts'
import { isOfEvents } from './model/subscription-rows.ts'
import { Access } from './pages/access.tsx'
import { Changes } from './pages/changes.tsx'
import { DeadLetters } from './pages/dead.tsx'
import { Edit } from './pages/edit.tsx'
import { EventsRecord } from './pages/events/record.tsx'
import { Events } from './pages/events.tsx'
import { Resolve } from './pages/resolve.tsx'
import { Sagas } from './pages/sagas.tsx'
import { Service } from './pages/service.tsx'
import { Services } from './pages/services.tsx'
import { Mark, SignIn } from './pages/sign-in.tsx'
import { Topology } from './pages/topology.tsx'

const NAV: readonly { readonly route: Route; readonly label: string; readonly pages: readonly Route['page'][] }[] = [
  { route: { page: 'services' }, label: 'Services', pages: ['services', 'service', 'edit', 'new'] },
  { route: { page: 'topology' }, label: 'Topology', pages: ['topology'] },
  { route: { page: 'access' }, label: 'Access', pages: ['access'] },
  { route: { page: 'events' }, label: 'Events', pages: ['events'] },
  { route: { page: 'dead' }, label: 'Dead letters', pages: ['dead'] },
  { route: { page: 'sagas' }, label: 'Sagas', pages: ['sagas'] },
  { route: { page: 'changes' }, label: 'Changes', pages: ['changes'] },
  { route: { page: 'resolve' }, label: 'Resolve', pages: ['resolve'] },
]

export function App() {
  const client = session.value
  if (client === undefined) return <SignIn />
  const route = place.value
  // Subscriptions are records, too: theirs are the pages beneath Events.
  const page = 'name' in route && route.name !== undefined && isOfEvents(route.name) ? 'events' : route.page
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the page
      </button>
      <header class="top">
        <a class="brand" href="#/">
          <Mark />
          <span>Selvedge</span>
        </a>
        <nav aria-label="Pages">
          {NAV.map(({ route: to, label, pages }) => (
            <a key={label} href={hashOf(to)} aria-current={pages.includes(page) ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <button type="button" class="quiet" onClick={() => signOut()}>
          Sign out
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <Page key={hashOf(route)} route={route} client={client} />
      </main>
    </>
  )
}

function skip(): void {
  document.getElementById('main')?.focus()
}

function Page({ route, client }: { readonly route: Route; readonly client: AdminClient }) {
  if (route.page === 'service' && isOfEvents(route.name)) return <EventsRecord client={client} name={route.name} />
  if (route.page === 'service') return <Service client={client} name={route.name} />
  if (route.page === 'edit') return <Edit client={client} name={route.name} />
  if (route.page === 'new') return <Edit client={client} />
  if (route.page === 'resolve') return <Resolve client={client} asked={route} />
  if (route.page === 'topology') return <Topology client={client} />
  if (route.page === 'access') return <Access client={client} />
  if (route.page === 'events') return <Events client={client} />
  if (route.page === 'dead') return <DeadLetters client={client} service={route.service} />
  if (route.page === 'sagas') return <Sagas client={client} />
  if (route.page === 'changes') return <Changes client={client} />
  return <Services client={client} />
}
